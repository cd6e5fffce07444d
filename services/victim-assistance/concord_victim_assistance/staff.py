"""The staff pages of all rooms, and where `/assistance` leads: to what the person's role does first."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Response

from concord_core.agreement import Agreement
from concord_core.identity import AllowPage, Principal, Routes
from concord_core.web.rest import OwnAgency
from concord_victim_assistance.consent import pages as consent_pages
from concord_victim_assistance.persons import pages as persons_pages
from concord_victim_assistance.persons.opening import HandoverOpening
from concord_victim_assistance.policy import ADVOCATE
from concord_victim_assistance.referrals import pages as referrals_pages
from concord_victim_assistance.referrals.courier import Opening
from concord_victim_assistance.rooms import Rooms
from concord_victim_assistance.screens import STAFF

Working = Annotated[Principal, Depends(AllowPage("assistance.work.list"))]


def router(
    own: OwnAgency,
    agreement: Agreement,
    rooms: Rooms,
    opening_handover: HandoverOpening,
    opening: Opening,
) -> list[Routes]:
    """All staff pages."""
    first = Routes(include_in_schema=False)

    @first.get("/assistance")
    def start(request: Request, who: Working) -> Response:
        return STAFF.redirect(request, "/assistance/persons" if who.roles & ADVOCATE else "/assistance/inbox")

    return [
        first,
        persons_pages.router(own, rooms, opening_handover),
        consent_pages.router(own, agreement, rooms),
        referrals_pages.router(own, agreement, rooms, opening),
    ]
