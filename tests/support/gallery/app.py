"""The gallery's app: made with `create_app` like any service, without a database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, FastAPI
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from concord_core.codes import CodeLists
from concord_core.config import DatabaseSettings, IdentitySettings, ListenSettings, ServiceSettings
from concord_core.errors import FieldError
from concord_core.identity import PolicyTable
from concord_core.web import Pages, PublicForm, StaffForm, create_app
from concord_core.web.problems import reference

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PAGES = Pages("tests.support.gallery", "/cases")
CODES = CodeLists.load()


@dataclass(frozen=True)
class Person:
    name: str = "Amina Example"
    agency: str | None = "unicef"
    roles: frozenset[str] = frozenset({"case_officer"})


@dataclass(frozen=True)
class Stretch:
    start: datetime
    end: datetime | None
    state: str
    holder: str


@dataclass(frozen=True)
class Entry:
    at: datetime
    title: str
    by: str = ""
    text: str = ""


class Report(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Literal["sea", "sh"]
    happened_on: Annotated[str, Field(min_length=10, max_length=10)]
    people: list[Someone] = []


class Someone(BaseModel):
    family: Annotated[str, Field(max_length=20)]


STRETCHES = [
    Stretch(NOW - timedelta(days=9), NOW - timedelta(days=6), "running", "UNICEF"),
    Stretch(NOW - timedelta(days=6), None, "paused", "Ministry of Interior"),
]
router = APIRouter()


@router.get("/a/question")
def question(request: Request) -> Response:
    return PAGES.render(request, "question.html")


@router.post("/a/question")
def answer(request: Request, form: PublicForm) -> Response:
    errors = [FieldError("where", "required", "This is needed.")]
    return PAGES.render(request, "question.html", 422, values=form, errors=errors)


@router.get("/a/receipt")
def receipt(request: Request) -> Response:
    return PAGES.render(request, "receipt.html")


@router.get("/cases/parts")
def parts(request: Request) -> Response:
    return PAGES.render(
        request, "parts.html", principal=Person(), at=NOW, stretches=STRETCHES,
        entries=[Entry(NOW, "Received", "UNICEF", "By the web form."), Entry(NOW, "Assessed")],
        field_error=FieldError("summary", "required", "This is needed."),
    )  # fmt: skip


@router.post("/cases/parts")
def send(request: Request, form: StaffForm) -> Response:
    return PAGES.redirect(request, "/cases/parts", tab="log")


@router.get("/cases/break")
def broken() -> None:
    raise RuntimeError("a name that must not be seen: Zed Marker")


@router.get("/cases/{reference}/{act}")
def act(request: Request, reference: str, act: str) -> Response:
    """A page that takes any second segment, as staff pages do; style sheets must be found before it."""
    return PAGES.redirect(request, "/cases/parts")


@router.post("/api/gallery/reports", status_code=201)
def create(report: Report) -> dict[str, str]:
    CODES.check("allegation_type", report.happened_on, "happened_on")
    return {"kind": report.kind}


@router.post("/api/gallery/codes/{code}")
def check_code(code: str) -> dict[str, str]:
    CODES.check("allegation_type", code, "type")
    return {"reference": reference()}


def settings() -> ServiceSettings:
    """Settings that need no file: nothing of them is opened by the gallery."""
    nowhere = Path("unused")
    return ServiceSettings(
        node="hub", embedded=True, agreement=nowhere, operator_key="", keyring=nowhere,
        public_origin="http://127.0.0.1:8000",
        database=DatabaseSettings(host="", name="gallery", passwords=nowhere), http=ListenSettings(port=0),
        identity=IdentitySettings(issuer="http://127.0.0.1:9000/realms/concord", client_id="x", client_key=nowhere),
    )  # fmt: skip


def make() -> FastAPI:
    """The gallery app; pages under `/cases` are its staff part."""
    return create_app(
        "gallery", settings=settings(), routers=[router], policy=PolicyTable(()), packages=(), staff_prefix="/cases",
        codes=CODES, body_limit=10_000,
    )  # fmt: skip
