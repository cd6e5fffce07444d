"""Taking a report in, coming back to it with the receipt, and reading it as staff."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from google.protobuf.message import Message

from concord.intake.v1 import events_pb2 as facts
from concord_core.clocks import Clock
from concord_core.errors.codes import NOT_FOUND
from concord_core.storage import Actor, Database, Work
from concord_core.values import EARLIEST, Hidden, values_of
from concord_core.vault import Vault
from concord_intake.callbacks.commands import CallBacks
from concord_intake.callbacks.domain import CallBack
from concord_intake.cases.commands import Cases, NewCase
from concord_intake.cases.domain import Case
from concord_intake.consent import commands as consent
from concord_intake.consent.domain import NOT_ASKED, SCOPES, new_state
from concord_intake.errors import DATE_IN_FUTURE, DATE_TOO_EARLY, RECEIPT_UNKNOWN, field_error
from concord_intake.references import new_report_reference
from concord_intake.reports import store
from concord_intake.reports.domain import NewReport
from concord_intake.reports.receipt import Receipt, dummy_tag, tag, verifier

KIND = "report"
_OF_CASE = ("received", "concern", "country", "personnel_category", "serious")
PUBLIC = Actor("public", "reporter")


@dataclass(frozen=True, slots=True)
class Taken:
    """References of what was stored; no case for a report that only wants advice."""

    report: str
    case: str | None


@dataclass(frozen=True, slots=True, repr=False)
class Key(Hidden):
    """What opens one report: locator and tag of the secret. The reporter carries it, sealed; printing shows none."""

    locator: int
    tag: bytes


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What a reporter sees who comes back."""

    report: store.ReceiptReport
    case: Case | None
    clocks: Mapping[str, Clock]
    consents: Mapping[str, str]
    calls: Sequence[CallBack]


@dataclass(frozen=True, slots=True)
class ReadReport:
    """A report with its words, for staff of the agency that owns it."""

    stored: store.StoredReport
    words: Mapping[str, str]
    consents: Mapping[str, str]

    def __repr__(self) -> str:
        return f"ReadReport({self.stored.reference})"


@dataclass(frozen=True)
class Reports:
    """The room's commands. Where they take `public`, it is the database under the login of pages without sign-in."""

    vault: Vault
    cases: Cases
    call_backs: CallBacks
    today: Callable[[], date]
    new_reference: Callable[[str, date], str] = new_report_reference

    def take(self, work: Work, report: NewReport) -> Taken:
        """Stores a report, what it allows, and its case, and publishes that it arrived; all in this transaction."""
        while True:
            reference = self.new_reference(work.owner, report.received)
            try:
                with work.conn.begin_nested():
                    return self._take(work, report, reference)
            except store.ReferenceTakenError:
                continue

    def _take(self, work: Work, report: NewReport, reference: str) -> Taken:
        """As `take`, under this reference; raises ReferenceTakenError when by a rare chance another report has it."""
        if report.received > self.today():
            raise field_error(DATE_IN_FUTURE, "received_date")
        if report.received < EARLIEST:
            raise field_error(DATE_TOO_EARLY, "received_date")
        case = None
        if report.opens_case:
            case = self.cases.open(
                work,
                NewCase(report_reference=reference, **values_of(report, *_OF_CASE)),
            )
            if report.calls_back:
                self.call_backs.promise(
                    work,
                    case=case,
                    report=reference,
                    received=report.received,
                    country=report.country,
                    home_safe=report.home_safe,
                )
        messages = _facts(report)
        cipher = self.vault.new_record(work.owner, KIND, reference)
        store.insert_report(work.conn, work.owner, reference, case, report, cipher, len(messages))
        consent.record_first(work, reference, report.consents)
        for number, message in enumerate(messages, start=1):
            work.emit("intake", reference, number, message)
        work.audit("intake.report.take", reference, details={"channel": report.channel})
        return Taken(reference, case)

    def submit(
        self, public: Database, agency: str, report: NewReport, receipt: Receipt, submission: str
    ) -> date | None:
        """Stores a report that came by the public form, once per submission, under its receipt; the day of its arrival.

        Sent twice it changes nothing, and the day is that of the first. None when the locator belongs to somebody else:
        then the caller makes another receipt and sends again; nothing was stored.
        """
        kept = verifier(receipt)
        with public.work(agency, actor=PUBLIC) as work:
            while True:
                reference = self.new_reference(agency, report.received)
                try:
                    with work.conn.begin_nested():
                        # The receipt comes first: a second sending waits here for the first, then finds it.
                        if not store.insert_receipt(
                            work.conn, agency, reference, receipt, submission, kept, self.today()
                        ):
                            break
                        self._take(work, report, reference)
                        return report.received
                except store.ReferenceTakenError:
                    continue
            found = store.sent_before(work.conn, submission)
            return found.received if found is not None and found.locator == receipt.locator else None

    def was_sent(self, public: Database, submission: str) -> bool:
        """Whether this very submission was stored."""
        with public.work(None, actor=PUBLIC) as work:
            return store.sent_before(work.conn, submission) is not None

    def verify(self, public: Database, receipt: Receipt) -> Key:
        """What opens the report of a receipt; RECEIPT_UNKNOWN for a wrong locator or secret, at equal cost."""
        with public.work(None, actor=PUBLIC) as work:
            salt = store.receipt_salt(work.conn, receipt.locator)
        key = Key(receipt.locator, tag(receipt.secret, salt) if salt is not None else dummy_tag(receipt.secret))
        with public.work(None, actor=PUBLIC) as work:
            if salt is None or store.receipt_report(work.conn, key.locator, key.tag) is None:
                raise RECEIPT_UNKNOWN.error()
        return key

    def follow_up(self, public: Database, key: Key) -> FollowUp:
        """What the reporter sees who comes back."""
        with public.work(None, actor=PUBLIC) as work:
            report = store.receipt_report(work.conn, key.locator, key.tag)
            if report is None:
                raise RECEIPT_UNKNOWN.error()
            found = self.cases.of_receipt(work, key.locator, key.tag)
            states = store.receipt_consents(work.conn, key.locator, key.tag)
            consents = {scope: states.get(scope, NOT_ASKED) for scope in SCOPES}
            calls = self.call_backs.of_receipt(work, key.locator, key.tag)
            return FollowUp(report, found.case if found else None, found.clocks if found else {}, consents, calls)

    def change_consents(self, public: Database, key: Key, wanted: Mapping[str, str]) -> int:
        """Changes what the reporter allows; `wanted` maps scopes to `given` or `refused`. Returns how many changed."""
        seen = self.follow_up(public, key)
        changed = 0
        with public.work(seen.report.agency, actor=PUBLIC) as work:
            for scope, answer in wanted.items():
                sequence = None
                current = store.receipt_consents(work.conn, key.locator, key.tag).get(scope, NOT_ASKED)
                if scope in SCOPES and new_state(current, answer) != current:
                    sequence = store.receipt_next_sequence(work.conn, key.locator, key.tag)
                if sequence is not None:
                    consent.change(
                        work, seen.report.reference, scope, current, answer, sequence=sequence, today=self.today()
                    )
                    changed += 1
        return changed

    def of_case(self, work: Work, case_reference: str) -> list[ReadReport]:
        """The reports of a case with their words; each reading is audited."""
        found = store.reports_of_case(work.conn, work.owner, case_reference)
        return [self._read(work, report, "case", "") for report in found]

    def read(self, work: Work, reference: str) -> ReadReport:
        """One report with its words; NOT_FOUND when it is not the agency's. The reading is audited."""
        report = self.find(work, reference, purpose="case")
        if report is None:
            raise NOT_FOUND.error()
        return report

    def find(self, work: Work, reference: str, *, purpose: str, reader: str = "") -> ReadReport | None:
        """One report with its words, or None when it is not the agency's. `reader` is the opaque id of a person for
        whom another service asks; it stands in the audit entry."""
        stored = store.read_report(work.conn, work.owner, reference)
        return self._read(work, stored, purpose, reader) if stored is not None else None

    def _read(self, work: Work, stored: store.StoredReport, purpose: str, reader: str) -> ReadReport:
        details = {"reader": reader} if reader else {}
        work.audit("intake.report.read", stored.reference, purpose=purpose, details=details)
        cipher = self.vault.record(work.owner, KIND, stored.reference, stored.wrapped)
        words = {name: cipher.decrypt(name, value) for name, value in stored.encrypted.items()}
        return ReadReport(stored, words, consent.states(work, stored.reference))


def _facts(report: NewReport) -> list[Message]:
    told = ("country", "channel", "reporter_type", "language", "form_version", "concern")
    received = facts.ReportReceived(received_date=report.received.isoformat(), **values_of(report, *told))
    if not report.help_wanted:
        return [received]
    asked = facts.AssistanceRequested(
        requested_date=report.received.isoformat(),
        country=report.country,
        urgent=report.urgent,
        language=report.language,
    )
    return [received, asked]
