"""What a timeline shows: each side keeps its own rows, with both sides' steps in them."""

from __future__ import annotations

from datetime import date

from concord_core.storage import Work, rows
from concord_victim_assistance.referrals.domain import Event, TimelineEntry


def add(work: Work, reference: str, event: Event, by_agency: str, day: date) -> None:
    """Notes one step of either side."""
    values = {"reference": reference, "event": event, "by_agency": by_agency, "day": day}
    rows.insert(work, "referral_steps", values)


def timeline(work: Work, reference: str) -> list[TimelineEntry]:
    """All steps, in the order in which they became known here."""
    found = rows.select(work, "referral_steps", "and reference = :reference order by number", reference=reference)
    return [TimelineEntry(Event(row.event), row.by_agency, row.day, row.known_at) for row in found]
