"""REST for staff and programs that report: `POST /api/intake/reports`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Depends, Response
from pydantic import Field

from concord_core.codes import CodeLists
from concord_core.errors import FieldError
from concord_core.errors.codes import INVALID_REQUEST, UNKNOWN_CODE
from concord_core.identity import Allow, Principal, Routes
from concord_core.storage import Work
from concord_core.web.rest import Body, Key, OwnAgency, answer
from concord_intake.consent.domain import SCOPES
from concord_intake.reports.commands import ReadReport, Reports
from concord_intake.reports.domain import NewReport

FORM_VERSION = "rest-1"


class Words(Body):
    """What was said, in the reporter's words; stored encrypted, never part of a fact."""

    narrative: str = Field(min_length=1, max_length=20000)
    place: str = Field("", max_length=300)
    happened: str = Field("", max_length=100)
    accused: str = Field("", max_length=500)
    reporter_name: str = Field("", max_length=200)
    safe_contact: str = Field("", max_length=300)
    safe_times: str = Field("", max_length=300)


class ReportBody(Body):
    """A report as staff send it. `received_date` may lie in the past: it is the day of first arrival anywhere."""

    received_date: date
    channel: str = Field(min_length=1)
    concern: Literal["sea", "sh"]
    wish: Literal["", "advice", "informal", "formal"] = ""
    language: str = Field("en", min_length=1)
    country: str = ""
    reporter_type: str = ""
    personnel_category: str = ""
    age_band: Literal["", "under_18", "18_or_over"] = ""
    serious: bool = False
    urgent: bool = False
    help_wanted: bool = False
    needs: list[str] = Field(default_factory=list, max_length=15)
    consents: dict[str, Literal["given", "given_by_guardian", "refused"]] = Field(default_factory=dict)
    words: Words


def _checked(body: ReportBody, codes: CodeLists) -> NewReport:
    errors = codes.wrong(
        ("channel", "intake_channel", body.channel),
        ("language", "un_language", body.language),
        ("country", "country_iso3166_alpha3", body.country),
        ("reporter_type", "reporter_type", body.reporter_type),
        ("personnel_category", "personnel_category", body.personnel_category),
        *((f"needs[{i}]", "assistance_service", need) for i, need in enumerate(body.needs)),
        *((f"consents.{scope}", "consent_scope", scope) for scope in body.consents),
    )
    errors += [
        FieldError(f"consents.{scope}", UNKNOWN_CODE.code, "This is not one of the known codes.")
        for scope in body.consents
        if scope not in SCOPES and codes.has("consent_scope", scope)
    ]
    if errors:
        raise INVALID_REQUEST.error(fields=errors)
    consents: dict[str, str] = dict(body.consents)
    if body.help_wanted:
        consents.setdefault("assistance_services", "given")
    plain = body.model_dump(exclude={"received_date", "needs", "serious", "words", "consents"})
    return NewReport(
        received=body.received_date,
        form_version=FORM_VERSION,
        needs=tuple(body.needs) if body.help_wanted else (),
        serious=body.serious or body.age_band == "under_18",
        words={name: value for name, value in body.words.model_dump().items() if value},
        consents=consents,
        **plain,
    )


def report_json(report: ReadReport) -> Mapping[str, Any]:
    """A report with its words, for staff of its agency."""
    stored = report.stored
    codes = {name: value.isoformat() if isinstance(value, date) else value for name, value in stored.codes.items()}
    return {
        "reference": stored.reference,
        "case_reference": stored.case_reference,
        **codes,
        "needs": list(stored.needs),
        "words": dict(report.words),
        "consents": dict(report.consents),
    }


def router(own: OwnAgency, reports: Reports, codes: CodeLists) -> Routes:
    """The routes."""
    api = Routes("/api/intake", tags=["reports"])

    @api.post("/reports", status_code=201)
    def create(
        body: ReportBody, key: Key, who: Annotated[Principal, Depends(Allow("intake.reports.create"))]
    ) -> Response:
        """Takes a report in and opens its case. The answer is the reporter's dated proof of having told us."""
        report = _checked(body, codes)

        def take(work: Work) -> dict[str, Any]:
            taken = reports.take(work, report)
            return {
                "report_reference": taken.report,
                "case_reference": taken.case,
                "received_date": report.received.isoformat(),
                "recorded_date": reports.today().isoformat(),
            }

        proof = own.once(who, key, "intake.reports.create", body, take)
        return answer(proof, 201, location=f"/api/intake/reports/{proof['report_reference']}")

    @api.get("/reports/{reference}")
    def read(reference: str, who: Annotated[Principal, Depends(Allow("intake.reports.read"))]) -> Response:
        """One report with its words. The reading is audited."""
        with own.work(who) as work:
            return answer(report_json(reports.read(work, reference)))

    return api
