"""The staff page of a call to a child: how and when the child is reached, what to mind, and what came of the call."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request, Response

from concord_core.errors import ConcordError, FieldError
from concord_core.errors.codes import INVALID_REQUEST, NOT_FOUND
from concord_core.identity import AllowPage, Principal, Routes
from concord_core.web import Pages, StaffForm, translator_of
from concord_core.web.marks import msgid
from concord_intake import call_words as words
from concord_intake.callbacks.domain import Outcome, waits
from concord_intake.cases.commands import Person
from concord_intake.office import Office, shown_errors, written

Caller = Annotated[Principal, Depends(AllowPage("intake.call-backs.record"))]
PATH = "/cases/{reference}/call-backs/{number}"


def router(office: Office) -> Routes:
    """The routes."""
    pages = Routes(include_in_schema=False)
    kit = Pages("concord_intake", "/cases")
    calls = office.call_backs

    def call_page(
        request: Request,
        reference: str,
        number: int,
        who: Principal,
        values: dict[str, str],
        error: ConcordError | None = None,
    ) -> Response:
        with office.own.work(who) as work:
            call = calls.find(work, reference, number)
            report = office.reports.read(work, call.report)
        t, now = translator_of(request), calls.now()
        return kit.render(
            request,
            "staff/call_back.html",
            error.kind.http_status if error else 200,
            call=call,
            late=call.late(now),
            wanted=call.outcome is not None or waits(call, report.consents),
            told=words.rule(call, t),
            told_home=words.home_safe(call.home_safe, t),
            outcome=t.gettext(words.OUTCOMES[call.outcome]) if call.outcome is not None else "",
            language=report.stored.codes["language"],
            words=report.words,
            choices=[(o.value, t.gettext(words.OUTCOMES[o]), t.gettext(words.HINTS[o])) for o in Outcome],
            values={"on": now.date().isoformat(), "called_at": f"{now:%H:%M}"} | values,
            errors=shown_errors(request, error),
        )

    @pages.get(PATH)
    def ask(request: Request, reference: str, number: int, who: Caller) -> Response:
        return call_page(request, reference, number, who, {})

    @pages.post(PATH)
    def record(request: Request, reference: str, number: int, form: StaffForm, who: Caller) -> Response:
        values = written(form)
        try:
            outcome, at = _call_of(values)
            with office.own.work(who) as work:
                calls.record(work, reference, number, outcome, at, Person.of(who))
        except ConcordError as error:
            if error.code == NOT_FOUND.code:
                raise
            return call_page(request, reference, number, who, values, error)
        return kit.redirect(request, f"/cases/{reference}")

    return pages


def _call_of(values: dict[str, str]) -> tuple[Outcome, datetime]:
    """What was typed; raises INVALID_REQUEST with every field that is missing or wrong."""
    errors = []
    if values.get("outcome") not in set(Outcome):
        errors.append(FieldError("outcome", "unknown_code", msgid("Choose one of the answers shown.")))
    try:
        at = datetime.strptime(f"{values.get('on', '')} {values.get('called_at', '')}", "%Y-%m-%d %H:%M").replace(
            tzinfo=UTC
        )
    except ValueError:
        errors.append(FieldError("called_at", "bad_date", msgid("Write a real day and time.")))
    if errors:
        raise INVALID_REQUEST.error(fields=errors)
    return Outcome(values["outcome"]), at
