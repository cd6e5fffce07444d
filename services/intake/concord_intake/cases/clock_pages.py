"""Staff pages on which a clock is paused, with reason and holder, and runs again."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from concord_core.clocks import Holder, PauseReason
from concord_core.errors import ConcordError, FieldError
from concord_core.errors.codes import INVALID_REQUEST, NOT_FOUND
from concord_core.identity import Principal
from concord_core.web import Pages, StaffForm, translator_of
from concord_core.web.marks import msgid
from concord_intake.cases import words
from concord_intake.cases.acts import day_of
from concord_intake.cases.commands import CaseView, Person
from concord_intake.cases.pages import Office, Reader, clock_row, shown_errors, values_of, version_of


def router(office: Office) -> APIRouter:
    """The routes."""
    pages = APIRouter(include_in_schema=False)
    kit = Pages("concord_intake", "/cases")
    cases = office.cases

    def clock_page(
        request: Request,
        view: CaseView,
        clock: str,
        verb: str,
        who: Principal,
        values: dict[str, str],
        error: ConcordError | None,
    ) -> Response:
        t = translator_of(request)
        if clock not in view.clocks or verb not in ("pause", "resume"):
            raise NOT_FOUND.error()
        return kit.render(
            request,
            "staff/clock.html",
            error.kind.http_status if error else 200,
            principal=who,
            case=view.case,
            version=view.version,
            clock=clock_row(view.clocks[clock], cases.today(), t),
            verb=verb,
            reasons=[(reason.value, t.gettext(text)) for reason, text in words.REASONS.items()],
            holders=[(holder.value, t.gettext(text)) for holder, text in words.HOLDERS.items()],
            values={"on": cases.today().isoformat()} | values,
            errors=shown_errors(error),
        )

    @pages.get("/cases/{reference}/clocks/{clock}/{verb}", include_in_schema=False)
    def ask_clock(request: Request, reference: str, clock: str, verb: str, who: Reader) -> Response:
        office.policy.check(who, f"intake.clocks.{verb}")
        with office.app.work(who.own_agency, actor=who.actor) as work:
            view = cases.view(work, reference)
        return clock_page(request, view, clock, verb, who, {}, None)

    @pages.post("/cases/{reference}/clocks/{clock}/{verb}", include_in_schema=False)
    def do_clock(request: Request, reference: str, clock: str, verb: str, form: StaffForm, who: Reader) -> Response:
        office.policy.check(who, f"intake.clocks.{verb}")
        values = values_of(form)
        by = Person(who.subject, who.name)
        try:
            on, version = day_of(values), version_of(values)
            with office.app.work(who.own_agency, actor=who.actor) as work:
                if verb == "pause":
                    reason, holder = _pause_of(values)
                    cases.pause(work, reference, version, clock, on, reason, holder, by)
                else:
                    cases.resume(work, reference, version, clock, on, by)
        except ConcordError as error:
            if error.code == NOT_FOUND.code:
                raise
            with office.app.work(who.own_agency, actor=who.actor) as work:
                view = cases.view(work, reference)
            return clock_page(request, view, clock, verb, who, values, error)
        return kit.redirect(request, f"/cases/{reference}")

    return pages


def _pause_of(values: dict[str, str]) -> tuple[PauseReason, Holder]:
    chosen = msgid("Choose one of the answers shown.")
    if values.get("reason") not in set(PauseReason):
        raise INVALID_REQUEST.error(fields=[FieldError("reason", "unknown_code", chosen)])
    if values.get("holder") not in set(Holder):
        raise INVALID_REQUEST.error(fields=[FieldError("holder", "unknown_code", chosen)])
    return PauseReason(values["reason"]), Holder(values["holder"])
