"""REST for every act on a case, and this service's part of a person's worklist.

Each change takes `If-Match` with the version that the caller saw and an `Idempotency-Key`; the domain date `on` may lie
in the past. Answers carry codes, dates and references only. Annotations are values here: FastAPI reads them.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from concord_core.clocks import Holder, PauseReason
from concord_core.codes import CodeLists
from concord_core.errors import ConcordError, FieldError
from concord_core.errors.codes import INVALID_REQUEST, VERSION_REQUIRED
from concord_core.identity import Allow, Principal
from concord_core.storage import Database, Work
from concord_core.storage.idempotency import once
from concord_intake.cases.commands import Cases, CaseView, Person
from concord_intake.cases.domain import (
    Act,
    Assess,
    Command,
    CountryAnswer,
    Propose,
    Refer,
    Sanction,
    VictimCount,
)
from concord_intake.cases.views import case_json

_ETAG = re.compile(r'^(?:W/)?"(\d{1,9})"$')


class Model(BaseModel):
    """A request body; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class Day(Model):
    """An act that has only its day."""

    on: date


class VictimBody(Model):
    """How many victims of one sex and age class."""

    sex: str
    age_category: str
    count: int = Field(ge=1, le=9999)


class AssessBody(Day):
    """What the assessment found."""

    concern: Literal["sea", "sh"]
    allegation_type: str
    allegation_nature: str = ""
    personnel_category: str
    contributing_country: str = ""
    serious: bool = False
    victims: list[VictimBody] = Field(default_factory=list, max_length=50)


class ReferBody(Day):
    """To whom the case is referred."""

    investigating_entity: str


class CountryAnswerBody(Day):
    """Whether the contributing country appoints an investigator."""

    appoints: bool


class OutcomeBody(Day):
    """What the investigation found."""

    outcome: str


class SanctionBody(Day):
    """The sanction imposed."""

    sanction: str


class ClosureBody(Day):
    """Why the case is closed."""

    reason: str


class PauseBody(Day):
    """Why a clock stands still, and who holds it."""

    reason: PauseReason
    holder: Holder


@dataclass(frozen=True, slots=True)
class Sent:
    """What comes with every change: the version that the caller saw, and the key that makes a repeat harmless."""

    version: int
    key: str | None


def sent(
    if_match: Annotated[str | None, Header()] = None, idempotency_key: Annotated[str | None, Header()] = None
) -> Sent:
    """Reads the two headers; VERSION_REQUIRED without a version."""
    found = _ETAG.match(if_match or "")
    if found is None:
        raise VERSION_REQUIRED.error()
    return Sent(int(found[1]), idempotency_key)


Headers = Annotated[Sent, Depends(sent)]


def check_codes(codes: CodeLists, *wanted: tuple[str, str, str]) -> None:
    """Checks (path, list, code) each; raises INVALID_REQUEST with every field that is wrong. Empty codes pass."""
    errors: list[FieldError] = []
    for path, list_name, code in wanted:
        try:
            if code:
                codes.check(list_name, code, path)
        except ConcordError as error:
            errors.extend(error.fields)
    if errors:
        raise INVALID_REQUEST.error(fields=errors)


def assess_command(codes: CodeLists, body: AssessBody) -> Assess:
    """The command of an assessment, its codes checked."""
    check_codes(
        codes,
        ("allegation_type", "allegation_type", body.allegation_type),
        ("allegation_nature", "allegation_nature", body.allegation_nature),
        ("personnel_category", "personnel_category", body.personnel_category),
        ("contributing_country", "country_iso3166_alpha3", body.contributing_country),
        *((f"victims[{i}].sex", "sex", victim.sex) for i, victim in enumerate(body.victims)),
        *((f"victims[{i}].age_category", "age_category", v.age_category) for i, v in enumerate(body.victims)),
    )
    return Assess(
        Act.ASSESS,
        body.on,
        concern=body.concern,
        allegation_type=body.allegation_type,
        allegation_nature=body.allegation_nature,
        personnel_category=body.personnel_category,
        contributing_country=body.contributing_country,
        serious=body.serious,
        victims=tuple(VictimCount(v.sex, v.age_category, v.count) for v in body.victims),
    )


def router(cases: Cases, app: Database, codes: CodeLists) -> APIRouter:
    """The routes."""
    api = APIRouter(prefix="/api/intake", tags=["cases"])

    def answered(view_json: dict[str, Any], status: int = 200) -> Response:
        return JSONResponse(view_json, status, {"etag": f'"{view_json["version"]}"'})

    def change(
        who: Principal, reference: str, headers: Sent, scope: str, body: Day | None, act: Callable[[Work], CaseView]
    ) -> Response:
        with app.work(who.own_agency, actor=who.actor) as work:
            content = {"version": headers.version, "body": body.model_dump(mode="json") if body else None}
            status, answer = once(
                work,
                headers.key,
                f"{scope}/{reference}",
                content,
                lambda: (200, case_json(act(work), cases.today())),
            )
        return answered(answer, status)

    def perform(who: Principal, reference: str, headers: Sent, body: Day | None, command: Command) -> Response:
        person = Person(who.subject, who.name)
        scope = f"intake.cases.{command.act.value}"
        return change(
            who,
            reference,
            headers,
            scope,
            body,
            lambda work: cases.perform(work, reference, headers.version, command, person),
        )

    @api.get("/cases")
    def listed(
        who: Annotated[Principal, Depends(Allow("intake.cases.list"))],
        after: Annotated[str, Query(max_length=80)] = "",
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
        open_only: bool = False,
    ) -> Response:
        """The agency's cases by reference; `next` is the `after` of the following page."""
        with app.work(who.own_agency, actor=who.actor) as work:
            found = cases.listed(work, open_only=open_only, after=after, limit=limit)
        items = [case_json(view, cases.today()) for view in found]
        return JSONResponse({"items": items, "next": items[-1]["reference"] if len(items) == limit else ""})

    @api.get("/cases/{reference}")
    def read(reference: str, who: Annotated[Principal, Depends(Allow("intake.cases.read"))]) -> Response:
        """One case with its clocks as segments, and its version as ETag."""
        with app.work(who.own_agency, actor=who.actor) as work:
            return answered(case_json(cases.view(work, reference), cases.today()))

    @api.post("/cases/{reference}/assess")
    def assess(
        reference: str,
        body: AssessBody,
        headers: Headers,
        who: Annotated[Principal, Depends(Allow("intake.cases.assess"))],
    ) -> Response:
        """Records the assessment."""
        return perform(who, reference, headers, body, assess_command(codes, body))

    @api.post("/cases/{reference}/refer")
    def refer(
        reference: str,
        body: ReferBody,
        headers: Headers,
        who: Annotated[Principal, Depends(Allow("intake.cases.refer"))],
    ) -> Response:
        """Records the referral to an investigating body."""
        check_codes(codes, ("investigating_entity", "investigating_entity", body.investigating_entity))
        return perform(who, reference, headers, body, Refer(Act.REFER, body.on, body.investigating_entity))

    @api.post("/cases/{reference}/record-country-answer")
    def country_answer(
        reference: str,
        body: CountryAnswerBody,
        headers: Headers,
        who: Annotated[Principal, Depends(Allow("intake.cases.record-country-answer"))],
    ) -> Response:
        """Records whether the contributing country appoints an investigator."""
        return perform(who, reference, headers, body, CountryAnswer(Act.RECORD_COUNTRY_ANSWER, body.on, body.appoints))

    @api.post("/cases/{reference}/propose-outcome")
    def propose_outcome(
        reference: str,
        body: OutcomeBody,
        headers: Headers,
        who: Annotated[Principal, Depends(Allow("intake.cases.propose-outcome"))],
    ) -> Response:
        """Decides an outcome; one that substantiates waits for a second person."""
        check_codes(codes, ("outcome", "investigation_outcome", body.outcome))
        return perform(who, reference, headers, body, Propose(Act.PROPOSE_OUTCOME, body.on, body.outcome))

    @api.post("/cases/{reference}/sanction")
    def sanction(
        reference: str,
        body: SanctionBody,
        headers: Headers,
        who: Annotated[Principal, Depends(Allow("intake.cases.sanction"))],
    ) -> Response:
        """Records a sanction imposed."""
        check_codes(codes, ("sanction", "un_sanction", body.sanction))
        return perform(who, reference, headers, body, Sanction(Act.SANCTION, body.on, body.sanction))

    @api.post("/cases/{reference}/propose-closure")
    def propose_closure(
        reference: str,
        body: ClosureBody,
        headers: Headers,
        who: Annotated[Principal, Depends(Allow("intake.cases.propose-closure"))],
    ) -> Response:
        """Proposes to close the case; a second person confirms it."""
        check_codes(codes, ("reason", "closure_reason", body.reason))
        return perform(who, reference, headers, body, Propose(Act.PROPOSE_CLOSURE, body.on, body.reason))

    def day_route(act: Act) -> None:
        @api.post(f"/cases/{{reference}}/{act.value}", name=act.value.replace("-", "_"))
        def day(
            reference: str,
            body: Day,
            headers: Headers,
            who: Annotated[Principal, Depends(Allow(f"intake.cases.{act.value}"))],
        ) -> Response:
            """Records that this happened on a day."""
            return perform(who, reference, headers, body, Command(act, body.on))

    for act in (
        Act.REPORT,
        Act.NOTIFY_COUNTRY,
        Act.START_INVESTIGATION,
        Act.COMPLETE_INVESTIGATION,
        Act.SUBMIT_REPORT,
    ):
        day_route(act)

    def answer_route(act: Act) -> None:
        @api.post(f"/cases/{{reference}}/{act.value}", name=act.value.replace("-", "_"))
        def answer(
            reference: str, headers: Headers, who: Annotated[Principal, Depends(Allow(f"intake.cases.{act.value}"))]
        ) -> Response:
            """Answers another person's proposal."""
            return perform(who, reference, headers, None, Command(act, cases.today()))

    for act in (Act.CONFIRM_OUTCOME, Act.REFUSE_OUTCOME, Act.CONFIRM_CLOSURE, Act.REFUSE_CLOSURE):
        answer_route(act)

    @api.post("/cases/{reference}/clocks/{clock}/pause")
    def pause(
        reference: str,
        clock: str,
        body: PauseBody,
        headers: Headers,
        who: Annotated[Principal, Depends(Allow("intake.clocks.pause"))],
    ) -> Response:
        """Pauses a clock from a day on, with reason and holder."""
        person = Person(who.subject, who.name)
        return change(
            who,
            reference,
            headers,
            f"intake.clocks.pause.{clock}",
            body,
            lambda work: cases.pause(
                work, reference, headers.version, clock, body.on, body.reason, body.holder, person
            ),
        )

    @api.post("/cases/{reference}/clocks/{clock}/resume")
    def resume(
        reference: str,
        clock: str,
        body: Day,
        headers: Headers,
        who: Annotated[Principal, Depends(Allow("intake.clocks.resume"))],
    ) -> Response:
        """Lets a paused clock run again from a day on."""
        person = Person(who.subject, who.name)
        return change(
            who,
            reference,
            headers,
            f"intake.clocks.resume.{clock}",
            body,
            lambda work: cases.resume(work, reference, headers.version, clock, body.on, person),
        )

    return api
