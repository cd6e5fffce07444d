"""Staff pages: the worklist by clock, the case with its timeline and clocks, and a form for each act.

Pausing a clock is next door, in `clock_pages`. Annotations are values here: FastAPI reads them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from concord_core.clocks import Clock, Holder, PauseReason
from concord_core.errors import ConcordError
from concord_core.errors.codes import NOT_FOUND
from concord_core.identity import Allow, AllowPage, Principal, Routes
from concord_core.web import Pages, StaffForm, translator_of
from concord_core.web.forms import form_version
from concord_core.web.translator import Translator
from concord_core.web.work import work_answer
from concord_intake import call_words
from concord_intake.callbacks.domain import CallBack, Outcome, waits
from concord_intake.cases import words
from concord_intake.cases.acts import command, inputs
from concord_intake.cases.commands import CaseView, Line, Person
from concord_intake.cases.domain import SECOND_PERSON, Act, public_status
from concord_intake.cases.views import work_item
from concord_intake.cases.worklist import OFFICER, Band, Item, acts_for, call_item, item, ordered
from concord_intake.office import Office, shown_errors, written
from concord_intake.reports.commands import ReadReport

Reader = Annotated[Principal, Depends(AllowPage("intake.cases.read"))]
Lister = Annotated[Principal, Depends(AllowPage("intake.cases.list"))]


@dataclass(frozen=True)
class Piece:
    """A segment for the clock bar."""

    start: date
    end: date | None
    state: str
    holder: str


@dataclass(frozen=True)
class Happened:
    """A line of the timeline in words."""

    at: datetime
    title: str
    by: str
    text: str


@dataclass(frozen=True)
class Next:
    """A next action in words."""

    label: str
    path: str
    rule: str
    source: str
    by: date | None


def _items(office: Office, who: Principal) -> list[Item]:
    """What the person must do or awaits: cases, and for officers the children who wait for a call."""
    with office.own.work(who) as work:
        views = office.cases.listed(work, open_only=True)
        calls = office.call_backs.waiting(work) if OFFICER in who.roles else []
    found = (
        item(v.case, list(v.clocks.values()), roles=who.roles, subject=who.subject, today=office.cases.today())
        for v in views
    )
    now = office.call_backs.now()
    return ordered([*(i for i in found if i is not None), *(call_item(call, now) for call in calls)])


def _verb(i: Item, t: Translator) -> str:
    if i.call is not None:
        return call_words.verb(i.call, t)
    if i.act is not None:
        return t.gettext(words.ACTS[i.act].verb)
    return t.gettext("Wait")


def _waiting(i: Item, t: Translator) -> str:
    return t.gettext(words.WAITING[i.waiting_for]) if i.waiting_for is not None else ""


def _pieces(segments: Sequence[Any], t: Translator) -> list[Piece]:
    return [
        Piece(s.start, s.end, "paused" if s.paused else "running", t.gettext(words.HOLDERS[s.holder])) for s in segments
    ]


def clock_row(clock: Clock, today: date, t: Translator) -> dict[str, Any]:
    holder = t.gettext(words.HOLDERS[clock.held_by(today)])
    return {
        "code": clock.limit.code,
        "clock": clock,
        "due": clock.due(today),
        "elapsed": clock.elapsed(today),
        "missed": clock.missed(today),
        "holder": holder,
        "open": clock.end is None,
        "paused": clock.open_pause is not None,
        "bar": _pieces(clock.segments(today), t),
        "segments": [
            (
                t.date(s.start, "medium"),
                t.date(s.end, "medium"),
                t.number(s.days),
                t.gettext("paused") if s.paused else t.gettext("runs"),
                t.gettext(words.HOLDERS[s.holder]),
                t.gettext(words.REASONS[s.reason]) if s.reason is not None else "–",
            )
            for s in clock.segments(today)
        ],
    }


_LISTS = ("investigating_entity", "un_sanction", "investigation_outcome", "closure_reason")


def _line(line: Line, who: Principal, t: Translator) -> Happened:
    entry = line.entry
    texts = [t.date(entry.on)]
    for name, value in entry.codes.items():
        if name in _LISTS:
            texts.append(t.code(name, value))
        elif name == "clock":
            texts.append(t.code("deadline", value))
        elif name == "reason":
            texts.append(t.gettext(words.REASONS[PauseReason(value)]))
        elif name == "holder":
            texts.append(t.gettext(words.HOLDERS[Holder(value)]))
        elif name == "report":
            texts.append(value)
        elif name == "call_back":
            texts.append(t.gettext(call_words.OUTCOMES[Outcome(value)]))
        elif name == "called_at":
            texts[0] = t.datetime(datetime.fromisoformat(value))
    if entry.actor_kind == "public":
        by = t.gettext("the public form")
    else:
        by = t.gettext("you") if entry.actor_subject == who.subject else line.name or t.gettext("a colleague")
    return Happened(entry.at, t.gettext(words.DONE[entry.act]), by, " · ".join(texts))


def _next(view: CaseView, who: Principal, today: date, t: Translator) -> list[Next]:
    running = {clock.limit.code: clock for clock in view.clocks.values() if clock.end is None}
    found = []
    for act in acts_for(view.case, who.roles, who.subject):
        told = words.ACTS[act]
        clock = next(iter(running.values()), None) if act not in (Act.PROPOSE_CLOSURE, *SECOND_PERSON) else None
        source = words.SOURCES["second" if act in SECOND_PERSON or act is Act.PROPOSE_CLOSURE else "limit"]
        version = clock.version if clock is not None else ""
        shown = t.gettext(source, version=version) if version or "%(" not in source else ""
        path = f"/cases/{view.case.reference}/{act.value}"
        due = clock.due(today) if clock is not None else None
        found.append(Next(t.gettext(told.verb), path, t.gettext(told.rule), shown, due))
    return found


def _next_call(call: CallBack, t: Translator) -> Next:
    path = f"/cases/{call.case}/call-backs/{call.number}"
    rule = f"{call_words.rule(call, t)} {call_words.home_safe(call.home_safe, t)}"
    return Next(t.gettext("Record the call"), path, rule, call_words.source(call, t), call.due)


def _call_row(call: CallBack, waiting: bool, now: datetime, t: Translator) -> tuple[Any, ...]:
    """A line of the table of calls: promised, due, called, and what came of it or that it is awaited or late."""
    if call.outcome is not None:
        said = t.gettext(call_words.OUTCOMES[call.outcome])
    elif not waiting:
        said = t.gettext("no longer wanted")
    else:
        said = t.due(call.due, now)
    called = t.datetime(call.ended) if call.ended is not None else "–"
    return t.datetime(call.started), t.datetime(call.due), called, said


def router(office: Office) -> Routes:
    """The routes."""
    pages = Routes()
    kit = Pages("concord_intake", "/cases")
    cases = office.cases

    @pages.get("/api/intake/work-items", tags=["work"])
    def work_items(request: Request, who: Annotated[Principal, Depends(Allow("intake.work.list"))]) -> Response:
        """What the caller must do next in this service, and by when; words in the caller's language."""
        t = translator_of(request)
        return work_answer(work_item(i, _verb(i, t), _waiting(i, t)) for i in _items(office, who))

    @pages.get("/cases", include_in_schema=False)
    def worklist(request: Request, who: Lister, band: str = "") -> Response:
        t = translator_of(request)
        items = _items(office, who)
        counts = {b: sum(i.band is b for i in items) for b in Band}
        rows = {
            b: [(i, _verb(i, t), _waiting(i, t), _pieces(i.segments, t)) for i in items if i.band is b]
            for b in Band
            if band in ("", b.value)
        }
        return kit.render(
            request,
            "staff/worklist.html",
            rows=rows,
            counts=counts,
            band=band,
            total=len(items),
            cases=sum(i.call is None for i in items),
        )

    def case_page(
        request: Request,
        view: CaseView,
        lines: Sequence[Line],
        told: Sequence[ReadReport],
        calls: Sequence[CallBack],
        who: Principal,
    ) -> Response:
        t, today, now = translator_of(request), cases.today(), office.call_backs.now()
        consents = {report.stored.reference: report.consents for report in told}
        waiting = [call for call in calls if waits(call, consents[call.report])]
        officer = OFFICER in who.roles
        return kit.render(
            request,
            "staff/case.html",
            case=view.case,
            concern=words.CONCERNS[view.case.concern],
            public_status=public_status(view.case),
            clocks=[clock_row(clock, today, t) for clock in view.clocks.values()],
            may_pause=officer and view.case.proposal is None,
            actions=[*(_next_call(call, t) for call in waiting if officer), *_next(view, who, today, t)],
            calls=[_call_row(call, call in waiting, now, t) for call in calls],
            call_late=any(call.late(now) for call in waiting),
            home_safe={
                report.stored.reference: call_words.home_safe(report.stored.codes["home_safe"], t) for report in told
            },
            entries=[_line(line, who, t) for line in lines],
            reports=told,
            labels=words.WORDS,
            case_victims=[
                (t.code("sex", v.sex), t.code("age_category", v.age_category), t.number(v.count))
                for v in view.case.victims
            ],
            case_sanctions=[(t.code("un_sanction", code), t.date(day)) for code, day in view.case.sanctions],
            consents={
                reference: [
                    (t.code("consent_scope", scope), t.code("consent_state", state)) for scope, state in states.items()
                ]
                for reference, states in consents.items()
            },
        )

    @pages.get("/cases/{reference}", include_in_schema=False)
    def show(request: Request, reference: str, who: Reader) -> Response:
        with office.own.work(who) as work:
            view = cases.view(work, reference)
            lines, told = cases.timeline(work, reference), office.reports.of_case(work, reference)
            calls = office.call_backs.of_case(work, reference)
        return case_page(request, view, lines, told, calls, who)

    def act_page(
        request: Request, view: CaseView, act: Act, values: dict[str, str], error: ConcordError | None
    ) -> Response:
        errors = shown_errors(request, error)
        return kit.render(
            request,
            "staff/act.html",
            error.kind.http_status if error else 200,
            case=view.case,
            version=view.version,
            act=act.value,
            told=words.ACTS[act],
            inputs=inputs(act),
            choices={
                f.name: [(value, translator_of(request).gettext(text)) for value, text in f.options]
                for f in inputs(act)
                if f.options
            },
            proposal=view.case.proposal if act in SECOND_PERSON else None,
            values={"on": cases.today().isoformat(), "serious": "yes" if view.case.serious else ""} | values,
            errors=errors,
        )

    def act_routes(act: Act) -> None:
        doer = Annotated[Principal, Depends(AllowPage(f"intake.cases.{act.value}"))]

        @pages.get(f"/cases/{{reference}}/{act.value}", include_in_schema=False)
        def ask(request: Request, reference: str, who: doer) -> Response:
            with office.own.work(who) as work:
                view = cases.view(work, reference)
            return act_page(request, view, act, {}, None)

        @pages.post(f"/cases/{{reference}}/{act.value}", include_in_schema=False)
        def do(request: Request, reference: str, form: StaffForm, who: doer) -> Response:
            values = written(form)
            try:
                wanted = command(act, values, office.codes, cases.today())
                with office.own.work(who) as work:
                    cases.perform(work, reference, form_version(form), wanted, Person.of(who))
            except ConcordError as error:
                if error.code == NOT_FOUND.code:
                    raise
                with office.own.work(who) as work:
                    view = cases.view(work, reference)
                return act_page(request, view, act, values, error)
            return kit.redirect(request, f"/cases/{reference}")

    for act in Act:
        act_routes(act)
    return pages
