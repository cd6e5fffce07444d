"""What makes and ends a call-back, each in the transaction of the report or of the recorded call.

No fact tells of it: whom an agency's case officer calls is nobody else's business.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from concord_core.clocks import LimitsHistory
from concord_core.errors.codes import NOT_FOUND
from concord_core.storage import Work
from concord_intake.callbacks import store
from concord_intake.callbacks.domain import CallBack, Outcome, arrived, promised, recorded, waits
from concord_intake.cases.commands import Cases, Person
from concord_intake.consent import commands as consent

ACT = "call-back"


@dataclass(frozen=True)
class CallBacks:
    """The room's commands. `now` gives the moment of recording."""

    cases: Cases
    promises: LimitsHistory
    now: Callable[[], datetime]

    def promise(self, work: Work, *, case: str, report: str, received: date, country: str, home_safe: str) -> None:
        """Promises the call when a child's report has opened a case."""
        start = arrived(received, self.now())
        call = promised(
            self.promises, case=case, number=1, report=report, country=country, home_safe=home_safe, start=start
        )
        if call is not None:
            store.insert(work.conn, work.owner, call)

    def promised_day(self, received: date) -> date:
        """The day by which a child is called whose report arrived on this one, as the receipt says it."""
        end_of_day = datetime.combine(received, time.max, UTC)
        call = promised(self.promises, case="", number=1, report="", country="", home_safe="", start=end_of_day)
        return call.due.date() if call is not None else received

    def waiting(self, work: Work) -> list[CallBack]:
        """Whom the agency has to call, the oldest promise first; nobody who no longer wants it."""
        found = store.open_ones(work.conn, work.owner, self.promises)
        return [call for call in found if waits(call, consent.states(work, call.report))]

    def of_receipt(self, work: Work, locator: int, tag: bytes) -> list[CallBack]:
        """The promises to the holder of a receipt, oldest first."""
        return store.of_receipt(work.conn, locator, tag, self.promises)

    def of_case(self, work: Work, case: str) -> list[CallBack]:
        """The promises of a case, oldest first; empty for one that the agency does not have."""
        return store.of_case(work.conn, work.owner, case, self.promises)

    def find(self, work: Work, case: str, number: int) -> CallBack:
        """One promise; NOT_FOUND for another agency's just as for one that does not exist."""
        for call in self.of_case(work, case):
            if call.number == number:
                return call
        raise NOT_FOUND.error()

    def record(self, work: Work, case: str, number: int, outcome: Outcome, at: datetime, by: Person) -> CallBack:
        """Records what came of a call at `at`; a child who was not reached is promised another one from then on.

        Sent twice it is recorded once. Raises NOT_FOUND, or what `domain.recorded` raises.
        """
        calls = store.of_case(work.conn, work.owner, case, self.promises, lock=True)
        call = next((call for call in calls if call.number == number), None)
        if call is None:
            raise NOT_FOUND.error()
        done = recorded(call, outcome, at, self.now(), by.subject)
        if done is call:
            return call
        store.end(work.conn, work.owner, done)
        if outcome is Outcome.NOT_REACHED:
            again = promised(
                self.promises,
                case=case,
                number=calls[-1].number + 1,
                report=call.report,
                country=call.country,
                home_safe=call.home_safe,
                start=at,
            )
            if again is not None:
                store.insert(work.conn, work.owner, again)
        codes = {"call_back": outcome.value, "called_at": at.astimezone(UTC).isoformat(timespec="minutes")}
        self.cases.note(work, case, ACT, at.astimezone(UTC).date(), codes, by)
        return done
