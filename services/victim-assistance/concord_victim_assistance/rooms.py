"""The rooms' commands, made once and shared by every edge."""

from __future__ import annotations

from dataclasses import dataclass

from concord_core.agreement import Agreement
from concord_core.codes import CodeLists
from concord_core.vault import Vault
from concord_victim_assistance.config import Limits
from concord_victim_assistance.consent.commands import Consents
from concord_victim_assistance.needs.commands import Needs
from concord_victim_assistance.persons.commands import Persons
from concord_victim_assistance.referrals.commands import OwnerSide, RecipientSide
from concord_victim_assistance.worklist import Worklist


@dataclass(frozen=True)
class Rooms:
    """What can be done in this service, room by room."""

    persons: Persons
    needs: Needs
    consents: Consents
    owner: OwnerSide
    recipient: RecipientSide
    worklist: Worklist


def furnish(vault: Vault, codes: CodeLists, agreement: Agreement, limits: Limits) -> Rooms:
    """Makes the rooms' commands."""
    persons = Persons(vault, codes)
    needs = Needs(persons, codes)
    consents = Consents(vault, codes, persons)
    owner = OwnerSide(vault, codes, agreement, limits, persons, consents, needs)
    recipient = RecipientSide(vault, codes, limits)
    return Rooms(persons, needs, consents, owner, recipient, Worklist(persons, owner, recipient))
