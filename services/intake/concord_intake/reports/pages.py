"""The public pages on which somebody tells us what happened (`/a`).

No account, no cookie, no script. Answers travel sealed in a hidden field, also when only the language changes;
addresses and tab titles name no topic; nothing is kept by the browser once the page is left or finished.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from starlette.datastructures import FormData

from concord_core.codes import CodeLists
from concord_core.errors import FieldError
from concord_core.errors.codes import NOT_FOUND
from concord_core.identity import AllowPage, Principal, Routes
from concord_core.storage import UNREACHABLE, Database
from concord_core.telemetry import failure, logger
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
# A receipt holds no answers, and a page that stands open must not lose it when somebody reads it in another language.
RECEIPT_TTL = timedelta(days=1)
# Caches only: staff sign-ins share the origin, so cookies are never cleared here.
CLEAR = {"clear-site-data": '"cache"'}
MAX_RECEIPTS = 3
SEED_BYTES = 32
NOT_SENT = FieldError(
    "", "not_sent", "We could not send this now. Nothing is lost. Wait a minute, then press “Send” again."
)
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


def _typed(form: FormData) -> dict[str, list[str]]:
    return {name: list(chosen(form, name)) for name in form}


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
            given = journey.answers.get(field.name)
            if given:
                label = translator_of(request).gettext(field.label) if field.label and len(step.fields) > 1 else ""
                values = [given] if isinstance(given, str) else given
                lines.append((label, [labels.get(value, value) for value in values]))
        rows.append({"key": step.key, "title": step.title, "lines": lines})
    return rows


def _moved(desk: Desk, journey: Journey, posted: FormData) -> tuple[Journey, Sequence[FieldError]]:
    """Where the button that was pressed leads, and what is wrong with the answers."""
    if typed(posted, "to_lang"):
        return way.noted(journey, desk.form, _typed(posted), desk.codes), ()
    if journey.at == REVIEW:
        if typed(posted, "back"):
            return way.back(journey, desk.form), ()
        return way.change(journey, desk.form, typed(posted, "change")), ()
    if typed(posted, "skip"):
        return way.skipped(journey, desk.form), ()
    moved, errors = way.answered(journey, desk.form, _typed(posted), desk.codes)
    if typed(posted, "back"):
        kept = journey if errors else replace(journey, answers=moved.answers)
        return way.back(kept, desk.form), ()
    return moved, errors


def router(desk: Desk) -> Routes:
    """The routes."""
    pages = Routes(include_in_schema=False)
    kit, log = Pages("concord_intake", "/a"), logger("concord.intake.form")

    def was_sent(journey: Journey) -> bool:
        """Whether these answers were sent; a review is shown all the same when the database cannot say."""
        try:
            return desk.reports.was_sent(desk.public, way.submission(journey))
        except UNREACHABLE as error:
            log.warning("it is not known whether a report was sent", **failure(error))
            return False

    def screen(
        request: Request, journey: Journey, errors: Sequence[FieldError] = (), *, away: bool = False
    ) -> Response:
        already = journey.at == REVIEW and not away and was_sent(journey)
        journey = replace(journey, sent=journey.sent or already)
        current, total = way.position(journey, desk.form)
        shared: dict[str, Any] = {
            "agency": journey.agency,
            "action": f"/a/{journey.agency}",
            "sealed": desk.box.seal(journey.sealed(), _context(journey.agency), JOURNEY_TTL),
            "current": current,
            "total": total,
            "errors": list(errors),
        }
        status = 503 if away else 422 if errors else 200
        if journey.at == REVIEW:
            rows = _shown(journey, desk.form, request)
            return kit.render(
                request, "public/review.html", status, rows=rows, already=already, sent=journey.sent, **shared
            )
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

    def receipt_page(request: Request, agency: str, shown: Mapping[str, Any]) -> Response:
        """The receipt, made of codes and message ids only: sealed beside it, they make it again in another language."""
        return kit.render(
            request,
            "public/receipt.html",
            headers=CLEAR,
            action=f"/a/{agency}",
            sealed=desk.box.seal(dict(shown), _receipt_context(agency), RECEIPT_TTL),
            receipt_code=shown["code"],
            address=f"{desk.origin}/b",
            agency=agency,
            next_lines=[(date.fromisoformat(day), text) for day, text in shown["lines"]],
            allowed=[words.ALLOWED[scope] for scope in shown["allowed"]],
        )

    def send(request: Request, journey: Journey) -> Response:
        report = from_answers(
            journey.answers,
            received=desk.reports.today(),
            language=lang_of(request),
            form_version=desk.form.version,
        )
        for turn in range(MAX_RECEIPTS):
            receipt = way.receipt(journey, turn)
            received = desk.reports.submit(desk.public, journey.agency, report, receipt, way.submission(journey))
            if received is not None:
                lines = words.next_lines(report, received, desk.reports.call_backs.promised_day(received))
                shown = {
                    "code": receipt.code,
                    "lines": [[day.isoformat(), text] for day, text in lines],
                    "allowed": [s for s in SCOPES if report.consents.get(s) == "given"],
                }
                return receipt_page(request, journey.agency, shown)
        raise RuntimeError("no free receipt was found")

    @pages.get("/a")
    def choose(request: Request, who: Anybody) -> Response:
        if len(desk.agencies) == 1:
            return kit.redirect(request, f"/a/{desk.agencies[0]}")
        return kit.render(request, "public/choose.html", agencies=desk.agencies, unsure=desk.unsure)

    @pages.get("/a/{agency}")
    def begin(request: Request, agency: str, who: Anybody) -> Response:
        return screen(request, way.begin(desk.form, _known(desk, agency), secrets.token_hex(SEED_BYTES)))

    @pages.post("/a/{agency}")
    def go_on(request: Request, agency: str, form: PublicForm, who: Anybody) -> Response:
        if typed(form, "shown"):
            return receipt_page(request, agency, desk.box.open(typed(form, "shown"), _receipt_context(agency)))
        journey = way.opened(desk.box.open(typed(form, "sealed"), _context(_known(desk, agency))))
        if journey.at == REVIEW:
            if typed(form, "send"):
                try:
                    return send(request, journey)
                except UNREACHABLE as error:  # what was typed is worth more than a page that says so
                    log.error("a report could not be stored", **failure(error))
                    return screen(request, journey, [NOT_SENT], away=True)
            # The browser may have shown a review of its own keeping, from before the sending.
            journey = replace(journey, sent=journey.sent or was_sent(journey))
        return screen(request, *_moved(desk, journey, form))

    return pages


def _context(agency: str) -> str:
    return f"report/{agency}"


def _receipt_context(agency: str) -> str:
    return f"receipt/{agency}"


def _known(desk: Desk, agency: str) -> str:
    if agency not in desk.agencies and agency != desk.unsure:
        raise NOT_FOUND.error()
    return agency
