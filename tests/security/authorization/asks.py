"""Which route or call asks for which operation, written down once more: one that begins to ask for less is noticed."""

from __future__ import annotations

from collections.abc import Iterator

from tests.security.authorization.scene import ACTS, CLOSURE, SECOND

_ASKS = """
intake.reports.public
    GET /a
    GET /a/{agency}
    POST /a/{agency}
intake.reports.follow-up
    GET /b
    POST /b
intake.leave
    GET /z
intake.reports.create
    POST /api/intake/reports
intake.reports.read
    GET /api/intake/reports/{reference}
intake.cases.list
    GET /api/intake/cases
    GET /cases
intake.cases.read
    GET /api/intake/cases/{reference}
    GET /cases/{reference}
    GET /api/intake/cases/{reference}/call-backs
intake.clocks.pause
    POST /api/intake/cases/{reference}/clocks/{clock}/pause
    GET /cases/{reference}/clocks/{clock}/pause
    POST /cases/{reference}/clocks/{clock}/pause
intake.clocks.resume
    POST /api/intake/cases/{reference}/clocks/{clock}/resume
    GET /cases/{reference}/clocks/{clock}/resume
    POST /cases/{reference}/clocks/{clock}/resume
intake.call-backs.record
    PUT /api/intake/cases/{reference}/call-backs/{number}
    GET /cases/{reference}/call-backs/{number}
    POST /cases/{reference}/call-backs/{number}
intake.work.list
    GET /api/intake/work-items
intake.handover.get
    CALL /concord.intake.v1.IntakeService/GetHandover
screening.listings.read
    GET /api/screening/listings
    GET /api/screening/listings/{reference}
    GET /screening/register
    GET /screening/register/{reference}
screening.listings.draft
    POST /api/screening/listings
    GET /screening/register/new
    POST /screening/register/new
screening.listings.correct
    POST /api/screening/listings/{reference}/correction
    GET /screening/register/{reference}/correct
    POST /screening/register/{reference}/correct
screening.listings.approve
    POST /api/screening/listings/{reference}/approval
    POST /api/screening/listings/{reference}/correction/approval
    GET /screening/register/{reference}/approve
    POST /screening/register/{reference}/approve
screening.listings.withdraw
    POST /api/screening/listings/{reference}/withdrawal
    GET /screening/register/{reference}/withdraw
    POST /screening/register/{reference}/withdraw
screening.checks.ask
    POST /api/screening/checks
    GET /screening/checks/new
    POST /screening/checks/new
screening.checks.read
    GET /api/screening/checks
    GET /api/screening/checks/{reference}
    GET /screening/checks
    GET /screening/checks/{reference}
screening.reviews.read
    GET /api/screening/reviews
    GET /api/screening/reviews/{reference}
    GET /screening/reviews
    GET /screening/reviews/{reference}
screening.reviews.judge
    POST /api/screening/reviews/{reference}/decision
    POST /screening/reviews/{reference}/decision
screening.reviews.release
    POST /api/screening/reviews/{reference}/release
    GET /screening/reviews/{reference}/release
    POST /screening/reviews/{reference}/release
screening.reviews.refuse
    POST /api/screening/reviews/{reference}/refusal
    GET /screening/reviews/{reference}/refuse
    POST /screening/reviews/{reference}/refuse
screening.reviews.get
    CALL /concord.screening.v1.ScreeningService/GetReview
screening.late.read
    GET /screening/late
screening.home
    GET /screening
screening.work.list
    GET /api/screening/work-items
assistance.directory.read
    GET /api/assistance/directory/mechanisms
    GET /api/assistance/directory/desks/{country}
    GET /help
    GET /help/people
    GET /help/staff
assistance.persons.list
    GET /api/assistance/persons
    GET /assistance/persons
assistance.persons.read
    GET /api/assistance/persons/{reference}
    GET /api/assistance/persons/{reference}/needs
    GET /assistance/persons/{reference}
assistance.persons.register
    POST /api/assistance/persons
    GET /assistance/persons/new
    POST /assistance/persons/new
assistance.persons.change
    PATCH /api/assistance/persons/{reference}
    GET /assistance/persons/{reference}/change
    POST /assistance/persons/{reference}/change
assistance.handovers.list
    GET /api/assistance/handovers
assistance.handovers.open
    POST /api/assistance/handovers/{report_reference}/open
    GET /assistance/requests/{report_reference}
    POST /assistance/requests/{report_reference}
assistance.needs.record
    POST /api/assistance/persons/{reference}/needs
    POST /assistance/persons/{reference}/needs
assistance.needs.step
    POST /api/assistance/needs/{reference}/{step}
    POST /assistance/needs/{reference}/{step}
assistance.consents.record
    POST /api/assistance/persons/{reference}/consents
    GET /assistance/persons/{reference}/consents/new
    POST /assistance/persons/{reference}/consents/new
assistance.consents.read
    GET /api/assistance/persons/{reference}/consents
    GET /api/assistance/consents/{reference}
    GET /assistance/consents/{reference}
    GET /assistance/consents/{reference}/receipt
assistance.consents.withdraw
    POST /api/assistance/consents/{reference}/withdraw
    GET /assistance/consents/{reference}/withdraw
    POST /assistance/consents/{reference}/withdraw
assistance.referrals.list
    GET /api/assistance/referrals
    GET /assistance/referrals
assistance.referrals.read
    GET /api/assistance/referrals/{reference}
    GET /assistance/referrals/{reference}
assistance.referrals.preview
    POST /api/assistance/referrals/preview
    GET /assistance/persons/{reference}/refer
    POST /assistance/persons/{reference}/refer
assistance.referrals.offer
    POST /api/assistance/referrals
    POST /assistance/persons/{reference}/refer/send
assistance.referrals.revoke
    POST /api/assistance/referrals/{reference}/revoke
    GET /assistance/referrals/{reference}/revoke
    POST /assistance/referrals/{reference}/revoke
assistance.inbox.list
    GET /api/assistance/inbox
    GET /assistance/inbox
assistance.inbox.read
    GET /api/assistance/inbox/{reference}
    GET /assistance/inbox/{reference}
assistance.inbox.open
    POST /api/assistance/inbox/{reference}/open
    GET /api/assistance/inbox/{reference}/content
    POST /assistance/inbox/{reference}/open
assistance.inbox.answer
    POST /api/assistance/inbox/{reference}/accept
    POST /api/assistance/inbox/{reference}/reject
    POST /api/assistance/inbox/{reference}/provide
    POST /api/assistance/inbox/{reference}/done
    POST /assistance/inbox/{reference}/{step}
assistance.work.list
    GET /api/assistance/work-items
    GET /assistance
assistance.referrals.check
    CALL /concord.assistance.v1.AssistanceService/CheckReferral
assistance.referrals.disclose
    CALL /concord.assistance.v1.AssistanceService/OpenReferral
reporting.releases.read
    GET /data
    GET /data/r/{release_id}
    GET /data/r/{release_id}/manifest.json
    GET /data/r/{release_id}/{name}
    GET /data/{name}
reporting.counts.read
    GET /reporting
    GET /api/reporting/counts
reporting.rows.read
    GET /reporting/rows
reporting.work.read
    GET /api/reporting/work-items
front.door.read
    GET /
front.work.list
    GET /work
"""
"""An operation, then each of its routes and calls on a line of its own."""


def asks() -> frozenset[tuple[str, str]]:
    """Route or call, and its operation."""
    return frozenset((*_read(), *_of_cases()))


def _read() -> Iterator[tuple[str, str]]:
    operation = ""
    for line in _ASKS.strip().splitlines():
        if line.startswith(" "):
            yield line.strip(), operation
        else:
            operation = line


def _of_cases() -> Iterator[tuple[str, str]]:
    """Each act on a case has an interface, a page and its form."""
    for act in {*ACTS, *CLOSURE, *SECOND}:
        for before in ("POST /api/intake", "GET ", "POST "):
            yield f"{before}/cases/{{reference}}/{act}", f"intake.cases.{act}"
