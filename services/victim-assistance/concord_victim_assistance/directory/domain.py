"""Who helps: for people whom the UN serves the desk of their country, for staff the mechanisms by need. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from concord_core.agreement import Agency
from concord_core.codes import InTwoLanguages, SupportMechanism


@dataclass(frozen=True)
class CountryDesk:
    """Who answers for an agency in a country, or for all of it when `country` is empty."""

    agency: str
    agency_name: str
    name: str
    email: str
    country: str


@dataclass(frozen=True)
class Mechanism(InTwoLanguages):
    """An office that helps staff, once, with every group for which it works."""

    name_en: str
    name_zh: str
    groups: tuple[str, ...]
    support_types: tuple[str, ...]
    eligibility: str
    website: str
    email: str
    phone: str
    address: str


def desks_in(agencies: Iterable[Agency], country: str) -> list[CountryDesk]:
    """The desks of a country, in the agreement's order."""
    return [
        CountryDesk(agency.slug, agency.name, desk.name, desk.email, desk.country)
        for agency in agencies
        for desk in agency.desks
        if desk.country is not None and desk.country == country
    ]


def headquarters(agencies: Iterable[Agency], first: Sequence[str]) -> list[CountryDesk]:
    """Headquarters' desks of the agencies named in `first`, in that order: where to turn when a country has none."""
    by_slug = {agency.slug: agency for agency in agencies}
    return [
        CountryDesk(slug, by_slug[slug].name, desk.name, desk.email, "")
        for slug in dict.fromkeys(first)
        if slug in by_slug
        for desk in by_slug[slug].desks
        if desk.country is None
    ]


def mechanisms(rows: Iterable[SupportMechanism], need: str = "") -> list[Mechanism]:
    """Offices that serve a need (`support_type`; all if empty), each once: an office that works for several groups
    stands once per group in the source."""
    merged: dict[str, Mechanism] = {}
    for row in rows:
        if need and need not in row.support_types:
            continue
        known = merged.get(row.name_en)
        groups = (*known.groups, row.group) if known else (row.group,)
        types = (*known.support_types, *row.support_types) if known else row.support_types
        merged[row.name_en] = Mechanism(
            name_en=row.name_en,
            name_zh=row.name_zh,
            groups=tuple(dict.fromkeys(groups)),
            support_types=tuple(dict.fromkeys(types)),
            eligibility=known.eligibility if known else row.eligibility,
            website=known.website if known and known.website else row.website,
            email=known.email if known and known.email else row.email,
            phone=known.phone if known and known.phone else row.phone,
            address=known.address if known and known.address else row.address,
        )
    return list(merged.values())


def needs_offered(rows: Iterable[SupportMechanism]) -> tuple[str, ...]:
    """The support types for which there is an office, in the order in which they first stand."""
    return tuple(dict.fromkeys(code for row in rows for code in row.support_types))
