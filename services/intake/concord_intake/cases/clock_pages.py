"""Staff pages on which a clock is paused, with reason and holder, and runs again.

Annotations are values here: FastAPI reads them.
"""

from typing import Annotated

from fastapi import Depends, Request, Response

from concord_core.clocks import Holder, PauseReason
from concord_core.errors import ConcordError, FieldError
from concord_core.errors.codes import INVALID_REQUEST, NOT_FOUND
from concord_core.identity import AllowPage, Principal, Routes
from concord_core.web import Pages, StaffForm, translator_of
from concord_core.web.forms import form_version
from concord_core.web.marks import msgid
from concord_intake.cases import words
from concord_intake.cases.acts import day_of
from concord_intake.cases.commands import CaseView, Person
from concord_intake.cases.pages import clock_row
from concord_intake.office import Office, shown_errors, written


def router(office: Office) -> Routes:
    """The routes."""
    pages = Routes(include_in_schema=False)
    kit = Pages("concord_intake", "/cases")
    cases = office.cases

    def clock_page(
        request: Request,
        view: CaseView,
        clock: str,
        verb: str,
        values: dict[str, str],
        error: ConcordError | None,
    ) -> Response:
        t = translator_of(request)
        if clock not in view.clocks:
            raise NOT_FOUND.error()
        return kit.render(
            request,
            "staff/clock.html",
            error.kind.http_status if error else 200,
            case=view.case,
            version=view.version,
            clock=clock_row(view.clocks[clock], cases.today(), t),
            verb=verb,
            reasons=[(reason.value, t.gettext(text)) for reason, text in words.REASONS.items()],
            holders=[(holder.value, t.gettext(text)) for holder, text in words.HOLDERS.items()],
            values={"on": cases.today().isoformat()} | values,
            errors=shown_errors(request, error),
        )

    def verb_routes(verb: str) -> None:
        doer = Annotated[Principal, Depends(AllowPage(f"intake.clocks.{verb}"))]

        @pages.get(f"/cases/{{reference}}/clocks/{{clock}}/{verb}")
        def ask(request: Request, reference: str, clock: str, who: doer) -> Response:
            with office.own.work(who) as work:
                view = cases.view(work, reference)
            return clock_page(request, view, clock, verb, {}, None)

        @pages.post(f"/cases/{{reference}}/clocks/{{clock}}/{verb}")
        def do(request: Request, reference: str, clock: str, form: StaffForm, who: doer) -> Response:
            values, by = written(form), Person.of(who)
            try:
                on, version = day_of(values), form_version(form)
                with office.own.work(who) as work:
                    if verb == "pause":
                        reason, holder = _pause_of(values)
                        cases.pause(work, reference, version, clock, on, reason, holder, by)
                    else:
                        cases.resume(work, reference, version, clock, on, by)
            except ConcordError as error:
                if error.code == NOT_FOUND.code:
                    raise
                with office.own.work(who) as work:
                    view = cases.view(work, reference)
                return clock_page(request, view, clock, verb, values, error)
            return kit.redirect(request, f"/cases/{reference}")

    for verb in ("pause", "resume"):
        verb_routes(verb)
    return pages


def _pause_of(values: dict[str, str]) -> tuple[PauseReason, Holder]:
    chosen = msgid("Choose one of the answers shown.")
    if values.get("reason") not in set(PauseReason):
        raise INVALID_REQUEST.error(fields=[FieldError("reason", "unknown_code", chosen)])
    if values.get("holder") not in set(Holder):
        raise INVALID_REQUEST.error(fields=[FieldError("holder", "unknown_code", chosen)])
    return PauseReason(values["reason"]), Holder(values["holder"])
