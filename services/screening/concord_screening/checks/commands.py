"""What a recruiter asks and reads, and what the jobs of the asking agency do, each with its facts and audit entries.

A check is first written, then compared, then answered: a crash between the steps loses nothing, because a job compares
what was not compared. Facts are the same for every reason of a review.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from concord.screening.v1.events_pb2 import (
    ScreeningActivityCounted,
    ScreeningRequested,
    ScreeningReviewClosed,
    ScreeningReviewOpened,
)
from concord_core.codes import CodeLists
from concord_core.runtime import in_turn
from concord_core.storage import Actor, Database, Work
from concord_core.storage.idempotency import once
from concord_core.values import new_reference, today
from concord_core.vault import Vault
from concord_screening.checks.domain import (
    Disclosure,
    Quota,
    Request,
    Screening,
    ScreeningState,
    answer_by,
)
from concord_screening.checks.matcher import Matcher
from concord_screening.checks.store import ScreeningStore, request_content
from concord_screening.errors import QUOTA_REACHED

SERVICE = "screening"
JOB = Actor("job", "screening.checks")
_PATIENCE = timedelta(seconds=30)
_RECENT = 200


class Checks:
    """Checks of the agencies hosted here, over one login of the database."""

    def __init__(self, database: Database, vault: Vault, codes: CodeLists, matcher: Matcher, quota: Quota) -> None:
        self._database = database
        self._vault = vault
        self._codes = codes
        self._matcher = matcher
        self._quota = quota
        self._store = ScreeningStore(vault)

    def ask(self, agency: str, actor: Actor, request: Request, key: str) -> Screening:
        """Checks a candidate; the same `key` with the same content gives the same screening as it stands now.

        Raises `unknown_code`, `quota_reached`, `idempotency_key_reused`.
        """
        self._codes.check("sex", request.candidate.sex, "sex")
        if request.candidate.nationality:
            self._codes.check("country_iso3166_alpha3", request.candidate.nationality, "nationality")
        content = request_content(request)
        with self._database.work(agency, actor=actor) as work:
            body = once(work, self._vault, key, "screening.checks.ask", content, lambda: self._write(work, request))
        return self.settle(agency, actor, body["reference"])

    def settle(self, agency: str, actor: Actor, reference: str) -> Screening:
        """Compares a written check with the lists, if that was not done, and answers it."""
        with self._database.work(agency, actor=actor) as work:
            screening = self._store.read(work, reference)
        if screening.compared or screening.request is None:
            return screening
        outcome, ticket = self._matcher.check(agency, screening, screening.request)
        with self._database.work(agency, actor=actor) as work:
            screening = self._store.read(work, reference, for_change=True)
            if screening.compared:
                return screening
            done = screening.settled(outcome, ticket)
            self._store.update(work, done)
            if done.facts > screening.facts:
                fact = ScreeningReviewOpened(opened_date=str(today()), answer_by_date=str(done.answer_by))
                work.emit(SERVICE, reference, done.facts, fact)
        return done

    def read(self, work: Work, reference: str) -> tuple[Screening, Sequence[Disclosure]]:
        """One check and what was released for it; that somebody looked is in the audit entries."""
        screening = self._store.read(work, reference)
        work.audit("screening.read", reference)
        return screening, self._store.disclosures(work, reference)

    def recent(self, work: Work) -> list[Screening]:
        """The agency's checks, newest first."""
        work.audit("screening.list", "all")
        return self._store.recent(work, _RECENT)

    def waiting(self, work: Work) -> list[Screening]:
        """Checks that wait for their answer."""
        return self._store.in_review(work, _RECENT)

    # --- jobs -------------------------------------------------------------------------------------------------

    def compare_missed(self, agency: str) -> None:
        """Compares what a crash or a list that was not up to date left open."""
        with self._database.work(agency, actor=JOB) as work:
            missed = self._store.not_compared(work, datetime.now(UTC) - _PATIENCE)
        in_turn(missed, lambda reference: self.settle(agency, JOB, reference))

    def to_ask(self, agency: str, day: date) -> list[Screening]:
        """Reviews whose answer has to be asked for, or whose promised day has passed on `day`."""
        with self._database.work(agency, actor=JOB) as work:
            return [one for one in self._store.in_review(work, _RECENT * 5) if one.ticket or one.overdue(day)]

    def close(
        self,
        agency: str,
        reference: str,
        state: ScreeningState,
        disclosures: Sequence[Disclosure],
        also: Callable[[Work], None],
    ) -> None:
        """Answers a review once: with what was released, clear, or not answered. `also` runs in the same work."""
        with self._database.work(agency, actor=JOB) as work:
            screening = self._store.read(work, reference, for_change=True)
            done = screening.closed(state)
            if done is screening:
                return
            for disclosure in disclosures:
                self._store.add_disclosure(work, reference, disclosure)
            self._store.update(work, done)
            work.audit("screening.answer", reference, details={"answer": str(state)})
            also(work)
            work.emit(SERVICE, reference, done.facts, ScreeningReviewClosed(closed_date=str(today())))

    def count_days(self, agency: str) -> None:
        """Publishes the counts of every whole day that was not counted."""
        with self._database.work(agency, actor=JOB) as work:
            for day in self._store.uncounted_days(work, today() - timedelta(days=1)):
                count = self._store.count_day(work, day)
                if count is not None:
                    fact = ScreeningActivityCounted(
                        counted_date=day.isoformat(),
                        screenings=count.screenings,
                        clear=count.clear,
                        reviews=count.reviews,
                        closed=count.closed,
                        disclosed=count.disclosed,
                    )
                    work.emit(SERVICE, day.isoformat(), 1, fact)

    # --- inside -----------------------------------------------------------------------------------------------

    def _write(self, work: Work, request: Request) -> dict[str, Any]:
        now = datetime.now(UTC)
        start = datetime.combine(now.date(), time(), UTC)
        if not self._quota.allows(*self._store.asked_since(work, start, work.actor.subject)):
            raise QUOTA_REACHED.error()
        screening = Screening(
            reference=new_reference("SC"),
            state=ScreeningState.CHECKING,
            request=request,
            asked_by=work.actor.subject,
            asked_at=now,
            answer_by=answer_by(now.date()),
        )
        self._store.insert(work, screening, request)
        work.audit("screening.ask", screening.reference, purpose=str(request.purpose))
        fact = ScreeningRequested(requested_date=str(now.date()), purpose=str(request.purpose))
        work.emit(SERVICE, screening.reference, screening.facts, fact)
        return {"reference": screening.reference}
