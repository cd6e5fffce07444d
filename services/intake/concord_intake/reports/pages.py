"""The public pages on which somebody tells us what happened (`/a`).

No account, no cookie, no script. Answers travel sealed in a hidden field; addresses and tab titles name no topic;
nothing is kept by the browser once the page is left or finished.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from concord_core.codes import CodeLists
from concord_core.errors import FieldError
from concord_core.errors.codes import NOT_FOUND
from concord_core.identity import AllowPage, Principal, Routes
from concord_core.storage import Database
from concord_core.vault import SealedBox
from concord_core.web import Pages, PublicForm, lang_of, translator_of
from concord_core.web.forms import chosen, typed
from concord_intake.consent.domain import SCOPES
from concord_intake.reports import journey as way
from concord_intake.reports import words
from concord_intake.reports.commands import Reports
from concord_intake.reports.domain import from_answers
from concord_intake.reports.form import COUNTRIES, Field, Form
from concord_intake.reports.journey import REVIEW, Journey

JOURNEY_TTL = timedelta(hours=2)
# Caches only: staff sign-ins share the origin, so cookies are never cleared here.
CLEAR = {"clear-site-data": '"cache"'}
MAX_RECEIPTS = 3
Anybody = Annotated[Principal, Depends(AllowPage("intake.reports.public"))]


@dataclass(frozen=True)
class Desk:
    """What the public pages work with. `agencies` are those that take reports here, `unsure` the one for people who do
    not know; `origin` is the address printed on the receipt."""

    reports: Reports
    public: Database
    form: Form
    codes: CodeLists
    box: SealedBox
    agencies: Sequence[str]
    unsure: str
    origin: str


def _options(field: Field, request: Request) -> list[tuple[str, str]]:
    translator = translator_of(request)
    if field.kind == "country":
        return translator.options(COUNTRIES)
    if field.list:
        return [(code, translator.code(field.list, code)) for code in field.only]
    return [(value, translator.gettext(text)) for value, text in field.options]


def _shown(journey: Journey, form: Form, request: Request) -> list[dict[str, Any]]:
    """The review: each step with its answers in words."""
    rows = []
    for step in form.shown(journey.answers):
        lines = []
        for field in step.fields:
            labels = dict(_options(field, request)) if field.kind in ("radios", "checkboxes", "country") else {}
            given = journey.answers.get(field.name) or []
            for value in [given] if isinstance(given, str) else given:
                label = translator_of(request).gettext(field.label) if field.label else ""
                lines.append((label if len(step.fields) > 1 else "", labels.get(value, value)))
        rows.append({"key": step.key, "title": step.title, "lines": lines})
    return rows


def router(desk: Desk) -> Routes:
    """The routes."""
    pages = Routes(include_in_schema=False)
    kit = Pages("concord_intake", "/a")

    def screen(request: Request, journey: Journey, errors: Sequence[FieldError] = ()) -> Response:
        sealed = desk.box.seal(journey.sealed(), _context(journey.agency), JOURNEY_TTL)
        current, total = way.position(journey, desk.form)
        shared: dict[str, Any] = {
            "agency": journey.agency,
            "action": f"/a/{journey.agency}",
            "sealed": sealed,
            "current": current,
            "total": total,
            "errors": list(errors),
        }
        status = 422 if errors else 200
        if journey.at == REVIEW:
            return kit.render(request, "public/review.html", status, rows=_shown(journey, desk.form, request), **shared)
        step = desk.form.step(journey.at)
        return kit.render(
            request,
            "public/step.html",
            status,
            step=step,
            options={field.name: _options(field, request) for field in step.fields},
            values=journey.answers,
            first=desk.form.before(step.key, journey.answers) is None,
            **shared,
        )

    def send(request: Request, journey: Journey) -> Response:
        report = from_answers(
            journey.answers,
            received=desk.reports.today(),
            language=lang_of(request),
            form_version=desk.form.version,
        )
        for _ in range(MAX_RECEIPTS):
            receipt = journey.receipt
            if receipt is not None and desk.reports.submit(
                desk.public, journey.agency, report, receipt, journey.submission
            ):
                child = report.age_band == "under_18"
                return kit.render(
                    request,
                    "public/receipt.html",
                    headers=CLEAR,
                    receipt_code=receipt.code,
                    address=f"{desk.origin}/b",
                    agency=journey.agency,
                    next_lines=list(words.next_lines(report.received, report.concern, report.opens_case, child)),
                    allowed=[s for s in SCOPES if report.consents.get(s) == "given"],
                )
            journey = way.with_new_receipt(journey)
        raise RuntimeError("no free receipt was found")

    @pages.get("/a")
    def choose(request: Request, who: Anybody) -> Response:
        if len(desk.agencies) == 1:
            return kit.redirect(request, f"/a/{desk.agencies[0]}")
        return kit.render(request, "public/choose.html", agencies=desk.agencies, unsure=desk.unsure)

    @pages.get("/a/{agency}")
    def begin(request: Request, agency: str, who: Anybody) -> Response:
        return screen(request, way.begin(desk.form, _known(desk, agency)))

    @pages.post("/a/{agency}")
    def go_on(request: Request, agency: str, form: PublicForm, who: Anybody) -> Response:
        journey = way.opened(desk.box.open(typed(form, "sealed"), _context(_known(desk, agency))))
        if journey.at == REVIEW:
            if typed(form, "send"):
                return send(request, journey)
            if typed(form, "back"):
                return screen(request, way.back(journey, desk.form))
            return screen(request, way.change(journey, desk.form, typed(form, "change")))
        if typed(form, "skip"):
            return screen(request, way.skipped(journey, desk.form))
        moved, errors = way.answered(journey, desk.form, {name: list(chosen(form, name)) for name in form}, desk.codes)
        if typed(form, "back"):
            kept = journey if errors else replace(journey, answers=moved.answers)
            return screen(request, way.back(kept, desk.form))
        return screen(request, moved, errors)

    return pages


def _context(agency: str) -> str:
    return f"report/{agency}"


def _known(desk: Desk, agency: str) -> str:
    if agency not in desk.agencies and agency != desk.unsure:
        raise NOT_FOUND.error()
    return agency
