"""The public pages on which a reporter comes back with the code (`/b`), and the page to leave by (`/z`).

What opens a report travels sealed in a hidden field for half an hour; there is no cookie and no session.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request, Response

from concord_core.errors import ConcordError, FieldError
from concord_core.identity import AllowPage, Principal, Routes
from concord_core.web import Pages, PublicForm
from concord_core.web.forms import typed
from concord_core.web.marks import msgid
from concord_intake.consent.domain import SCOPES
from concord_intake.errors import RECEIPT_MALFORMED
from concord_intake.reports import words
from concord_intake.reports.commands import Key
from concord_intake.reports.form import Field, Form
from concord_intake.reports.limits import Tries
from concord_intake.reports.pages import CLEAR, Desk
from concord_intake.reports.receipt import parse

KEY_TTL = timedelta(minutes=30)
Comer = Annotated[Principal, Depends(AllowPage("intake.reports.follow-up"))]
HELP = Field(
    "assistance_services",
    "radios",
    label=msgid("May people who help survivors know that you want help?"),
    hint=msgid("If you say no, they are told that you no longer want help."),
)


def router(desk: Desk, tries: Tries) -> Routes:
    """The routes; `tries` limits how often a code may be tried."""
    pages = Routes(include_in_schema=False)
    kit = Pages("concord_intake", "/b")
    questions = consent_questions(desk.form)

    def follow_up(request: Request, key: Key, saved: bool = False, chosen: Mapping[str, str] | None = None) -> Response:
        """The page; `chosen` are answers that stand on the screen and were not saved."""
        seen = desk.reports.follow_up(desk.public, key)
        found = [
            *words.calls(seen.calls, seen.consents, desk.reports.call_backs.now()),
            *words.clocks(list(seen.clocks.values()), desk.reports.today()),
        ]
        sealed = desk.box.seal({"locator": key.locator, "tag": key.tag.hex()}, "follow-up", KEY_TTL)
        return kit.render(
            request,
            "public/follow_up.html",
            seen=seen,
            status_words=words.status(seen.case),
            limits=found,
            no_limit=words.NO_LIMIT if seen.report.concern == "sh" else "",
            sealed=sealed,
            saved=saved,
            questions=questions,
            values={scope: _answer(state) for scope, state in seen.consents.items()} | dict(chosen or {}),
        )

    @pages.get("/b")
    def ask_code(request: Request, who: Comer) -> Response:
        return kit.render(request, "public/code.html")

    @pages.post("/b")
    def come_back(request: Request, form: PublicForm, who: Comer) -> Response:
        sealed = typed(form, "sealed")
        if sealed:
            content = desk.box.open(sealed, "follow-up")
            key = Key(content["locator"], bytes.fromhex(content["tag"]))
            wanted = {scope: typed(form, scope) for scope in SCOPES if typed(form, scope) in ("given", "refused")}
            if typed(form, "to_lang"):
                return follow_up(request, key, chosen=wanted)
            desk.reports.change_consents(desk.public, key, wanted)
            return follow_up(request, key, saved=True)
        code = typed(form, "code")
        if typed(form, "to_lang"):
            return kit.render(request, "public/code.html", values={"code": code})
        try:
            receipt = parse(code)
            if receipt is None:
                raise RECEIPT_MALFORMED.error()
            with tries.attempt(receipt.locator):
                key = desk.reports.verify(desk.public, receipt)
        except ConcordError as error:
            wrong = [FieldError("code", error.code, error.definition.message)]
            status = error.kind.http_status
            return kit.render(request, "public/code.html", status, errors=wrong, values={"code": code})
        return follow_up(request, key)

    @pages.get("/z")
    def leave(request: Request, who: Annotated[Principal, Depends(AllowPage("intake.leave"))]) -> Response:
        return kit.render(request, "public/leave.html", headers=CLEAR)

    return pages


def consent_questions(form: Form) -> Mapping[str, Field]:
    """Scope → the question that asks for it, in the words of the form."""
    asked = {f.name.removeprefix("consent_"): f for s in form.steps for f in s.fields if f.name.startswith("consent_")}
    asked[HELP.name] = HELP
    return {scope: asked[scope] for scope in SCOPES if scope in asked}


def _answer(state: str) -> str:
    return {"given": "given", "given_by_guardian": "given", "refused": "refused", "withdrawn": "refused"}.get(state, "")
