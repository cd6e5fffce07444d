"""What changes a case: one transaction each, in which case, clocks, timeline and facts change together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from google.protobuf.message import Message

from concord_core.clocks import Clock, ClockRefusedError, Holder, LimitsHistory, PauseReason
from concord_core.errors import FieldError
from concord_core.errors.codes import NOT_FOUND
from concord_core.identity import Principal
from concord_core.storage import Work, check_version
from concord_core.values import values_of
from concord_core.vault import RecordCipher, Vault
from concord_intake.cases import facts, store
from concord_intake.cases.clockwork import Change, changes, refused
from concord_intake.cases.domain import Act, Case, Command, Dates, Propose, Refer, Sanction, Stage, perform
from concord_intake.errors import ALREADY_PROPOSED, CLOCK_REFUSES, DATE_IN_FUTURE
from concord_intake.references import new_case_reference

SERVICE = "intake"
KIND = "case"


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts: an opaque subject, and a name that is stored only encrypted, for the case's own readers."""

    subject: str
    name: str = ""

    @classmethod
    def of(cls, who: Principal) -> Person:
        """The person who is signed in."""
        return cls(who.subject, who.name)


@dataclass(frozen=True, slots=True)
class NewCase:
    """What is known of a case when its first report comes."""

    report_reference: str
    received: date
    concern: str
    country: str
    personnel_category: str
    serious: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the timeline as a reader of the case sees it."""

    entry: store.Entry
    name: str


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case with its version and its clocks by code."""

    case: Case
    version: int
    clocks: Mapping[str, Clock]


class _Facts:
    """Facts of one case in order: each takes the next sequence."""

    def __init__(self, work: Work, reference: str, sequence: int) -> None:
        self._work, self._reference, self.sequence = work, reference, sequence

    def emit(self, message: Message) -> None:
        self.sequence += 1
        self._work.emit(SERVICE, self._reference, self.sequence, message)


@dataclass(frozen=True)
class Cases:
    """The room's commands. `today` gives the day of recording, in UTC."""

    vault: Vault
    limits: LimitsHistory
    today: Callable[[], date]

    def open(self, work: Work, new: NewCase) -> str:
        """Opens a case for a report in the same transaction, starts its first clock, and returns its reference."""
        dates = Dates(received=new.received)
        while True:
            case = Case(
                reference=new_case_reference(work.owner, new.received),
                agency=work.owner,
                stage=Stage.RECEIVED,
                dates=dates,
                **values_of(new, "concern", "country", "serious", "personnel_category"),
            )
            cipher = self.vault.new_record(work.owner, KIND, case.reference)
            found = changes(case, {}, self.limits)
            # A case is inserted whole, with the sequence of its last fact: the public login may not update it.
            if store.insert_case(work.conn, case, cipher.wrapped, 1 + len(found)):
                break
        emitted = _Facts(work, case.reference, 0)
        emitted.emit(facts.opened(case, new.report_reference))
        for change in found:
            store.insert_clock(work.conn, work.owner, case.reference, change.clock)
            emitted.emit(facts.started(change.clock))
        store.add_entry(
            work.conn,
            work.owner,
            case.reference,
            number=1,
            on=new.received,
            act="open",
            codes={"report": new.report_reference},
            actor=(work.actor.kind, work.actor.subject),
            name_enc=None,
        )
        work.audit("intake.case.open", case.reference)
        return case.reference

    def perform(self, work: Work, reference: str, version: int, command: Command, by: Person) -> CaseView:
        """Does an act. `version` is the one that the person saw.

        Raises NOT_FOUND, STALE_WRITE with the current version, or what `domain.perform` raises.
        """
        stored = self._locked(work, reference, version)
        after = perform(stored.case, command, by=by.subject, today=self.today())
        clocks = self._clocks(work, reference)
        emitted = _Facts(work, reference, stored.sequence)
        for message in facts.of_change(stored.case, after):
            emitted.emit(message)
        self._move_clocks(work, after, clocks, emitted)
        entry_on = stored.case.proposal.on if stored.case.proposal is not None else command.on
        self._record(
            work, stored, after, emitted, act=command.act.value, on=entry_on, codes=_codes(command, stored), by=by
        )
        return self.view(work, reference)

    def pause(
        self,
        work: Work,
        reference: str,
        version: int,
        code: str,
        on: date,
        reason: PauseReason,
        holder: Holder,
        by: Person,
    ) -> CaseView:
        """Pauses a clock. A breach that others were told of is not taken back by an earlier pause."""
        stored, clock = self._clock(work, reference, version, code, on)
        missed = clock.clock.missed(self.today())
        if clock.breach_published and missed is not None and on <= missed:
            raise CLOCK_REFUSES.error(reason="breached")
        try:
            paused = clock.clock.pause(on, reason, holder)
        except ClockRefusedError as error:
            raise refused(error) from error
        emitted = _Facts(work, reference, stored.sequence)
        store.update_clock(work.conn, work.owner, reference, replace(clock, clock=paused))
        emitted.emit(facts.paused(paused))
        codes = {"clock": code, "reason": reason.value, "holder": holder.value}
        self._record(work, stored, stored.case, emitted, act="pause-clock", on=on, codes=codes, by=by)
        return self.view(work, reference)

    def resume(self, work: Work, reference: str, version: int, code: str, on: date, by: Person) -> CaseView:
        """Lets a paused clock run again."""
        stored, clock = self._clock(work, reference, version, code, on)
        try:
            running = clock.clock.resume(on)
        except ClockRefusedError as error:
            raise refused(error) from error
        emitted = _Facts(work, reference, stored.sequence)
        store.update_clock(work.conn, work.owner, reference, replace(clock, clock=running))
        emitted.emit(facts.resumed(running, on))
        self._record(work, stored, stored.case, emitted, act="resume-clock", on=on, codes={"clock": code}, by=by)
        return self.view(work, reference)

    def note(self, work: Work, reference: str, act: str, on: date, codes: Mapping[str, str], by: Person) -> None:
        """Adds a line to the timeline for an act of another room; of the case itself only the version changes."""
        stored = self._locked(work, reference)
        emitted = _Facts(work, reference, stored.sequence)
        self._record(work, stored, stored.case, emitted, act=act, on=on, codes=codes, by=by)

    def sweep(self, work: Work, reference: str) -> int:
        """Tells others of every breach of this case that they were not told of; how many there were.

        Run twice or late it publishes each breach once, because the row is locked and says what was published.
        """
        stored = store.read_case(work.conn, work.owner, reference, lock=True)
        if stored is None:
            return 0
        emitted = _Facts(work, reference, stored.sequence)
        for clock in self._clocks(work, reference).values():
            message = None if clock.breach_published else facts.breached(clock.clock, self.today())
            if message is not None:
                emitted.emit(message)
                store.update_clock(work.conn, work.owner, reference, replace(clock, breach_published=True))
        count = emitted.sequence - stored.sequence
        if count:
            store.update_case(work.conn, stored.case, version=stored.version, sequence=emitted.sequence)
        return count

    def due_for_sweep(self, work: Work) -> list[str]:
        """Cases of the agency with clocks that may have passed their limit."""
        return store.cases_with_running_clocks(work.conn, work.owner, self.today())

    def view(self, work: Work, reference: str) -> CaseView:
        """A case with its clocks; NOT_FOUND for one of another agency just as for one that does not exist."""
        stored = store.read_case(work.conn, work.owner, reference)
        if stored is None:
            raise NOT_FOUND.error()
        clocks = {code: s.clock for code, s in self._clocks(work, reference).items()}
        return CaseView(stored.case, stored.version, clocks)

    def of_receipt(self, work: Work, locator: int, tag: bytes) -> CaseView | None:
        """The case of a receipt, for its holder; None when the report opened none."""
        found = store.of_receipt(work.conn, locator, tag, self.limits)
        if found is None:
            return None
        stored, clocks = found
        return CaseView(stored.case, stored.version, {code: s.clock for code, s in clocks.items()})

    def listed(self, work: Work, *, open_only: bool, after: str = "", limit: int = 1000) -> list[CaseView]:
        """Cases with their clocks, by reference."""
        cases = store.list_cases(work.conn, work.owner, open_only=open_only, after=after, limit=limit)
        clocks = store.read_clocks(work.conn, work.owner, self.limits, [s.case.reference for s in cases])
        return [
            CaseView(s.case, s.version, {code: c.clock for code, c in clocks.get(s.case.reference, {}).items()})
            for s in cases
        ]

    def timeline(self, work: Work, reference: str) -> Sequence[Line]:
        """Who did what, newest first, with names where a person acted."""
        stored = store.read_case(work.conn, work.owner, reference)
        if stored is None:
            raise NOT_FOUND.error()
        cipher = self._cipher(stored)
        return [
            Line(entry, cipher.decrypt(_name_field(entry.number), entry.name_enc) if entry.name_enc else "")
            for entry in store.read_timeline(work.conn, work.owner, reference)
        ]

    def _cipher(self, stored: store.StoredCase) -> RecordCipher:
        return self.vault.record(stored.case.agency, KIND, stored.case.reference, stored.wrapped)

    def _locked(self, work: Work, reference: str, version: int | None = None) -> store.StoredCase:
        stored = store.read_case(work.conn, work.owner, reference, lock=True)
        if stored is None:
            raise NOT_FOUND.error()
        if version is not None:
            check_version(version, stored.version)
        return stored

    def _clocks(self, work: Work, reference: str) -> dict[str, store.StoredClock]:
        return store.read_clocks(work.conn, work.owner, self.limits, [reference]).get(reference, {})

    def _clock(
        self, work: Work, reference: str, version: int, code: str, on: date
    ) -> tuple[store.StoredCase, store.StoredClock]:
        stored = self._locked(work, reference, version)
        if stored.case.proposal is not None:
            raise ALREADY_PROPOSED.error()
        if on > self.today():
            raise DATE_IN_FUTURE.error(fields=[FieldError("on", DATE_IN_FUTURE.code, DATE_IN_FUTURE.message)])
        clock = self._clocks(work, reference).get(code)
        if clock is None:
            raise NOT_FOUND.error()
        return stored, clock

    def _move_clocks(self, work: Work, case: Case, clocks: Mapping[str, store.StoredClock], emitted: _Facts) -> None:
        for change in changes(case, {code: s.clock for code, s in clocks.items()}, self.limits):
            code = change.clock.limit.code
            published = clocks[code].breach_published if code in clocks else False
            for message in facts.of_clock(change, breach_published=published, today=self.today()):
                emitted.emit(message)
            if change.change is Change.STARTED:
                store.insert_clock(work.conn, work.owner, case.reference, change.clock)
            ended_late = change.clock.end is not None and change.clock.missed(change.clock.end) is not None
            stored = store.StoredClock(change.clock, published or ended_late)
            store.update_clock(work.conn, work.owner, case.reference, stored)

    def _record(
        self,
        work: Work,
        stored: store.StoredCase,
        after: Case,
        emitted: _Facts,
        *,
        act: str,
        on: date,
        codes: Mapping[str, str],
        by: Person,
    ) -> None:
        reference, number = after.reference, stored.version + 1
        store.update_case(work.conn, after, version=number, sequence=emitted.sequence)
        name_enc = self._cipher(stored).encrypt(_name_field(number), by.name) if by.name else None
        store.add_entry(
            work.conn,
            work.owner,
            reference,
            number=number,
            on=on,
            act=act,
            codes=codes,
            actor=(work.actor.kind, by.subject),
            name_enc=name_enc,
        )
        work.audit(f"intake.case.{act}", reference, details=codes)


def _name_field(number: int) -> str:
    return f"timeline.{number}.name"


def _codes(command: Command, stored: store.StoredCase) -> dict[str, str]:
    """What the timeline says of an act besides its name: codes only."""
    if isinstance(command, Refer):
        return {"investigating_entity": command.investigating_entity}
    if isinstance(command, Sanction):
        return {"un_sanction": command.code}
    proposal = stored.case.proposal
    code = command.code if isinstance(command, Propose) else proposal.code if proposal is not None else ""
    if not code:
        return {}
    outcome = command.act in (Act.PROPOSE_OUTCOME, Act.CONFIRM_OUTCOME, Act.REFUSE_OUTCOME)
    return {"investigation_outcome" if outcome else "closure_reason": code}
