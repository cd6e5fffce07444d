"""United Nations entities and the offices that help or investigate, as frozen records."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


class InTwoLanguages:
    """Something with a name in English and, mostly, in Chinese."""

    name_en: str
    name_zh: str

    def name(self, lang: str) -> str:
        """The Chinese name for `zh`, else the English one (no other language is in the source)."""
        return self.name_zh if lang == "zh" and self.name_zh else self.name_en


@dataclass(frozen=True)
class Entity(InTwoLanguages):
    """One United Nations entity; `kind` is a code of list `entity_kind`. Names exist in English and Chinese."""

    acronym: str
    name_en: str
    name_zh: str
    kind: str


@dataclass(frozen=True)
class SupportMechanism(InTwoLanguages):
    """An office that helps or investigates. `support_types` are codes of list `support_type`, `group` of
    `support_group`; a way to reach it that is not known is empty."""

    name_en: str
    name_zh: str
    group: str
    support_types: tuple[str, ...]
    eligibility: str
    website: str
    email: str
    phone: str
    address: str


def rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a UTF-8 CSV file with a header line."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def read_entities(path: Path) -> tuple[Entity, ...]:
    """Every entity of `entities.csv`, in file order."""
    return tuple(
        Entity(acronym=row["acronym"], name_en=row["name_en"], name_zh=row["name_zh"], kind=row["kind"])
        for row in rows(path)
    )


def read_mechanisms(path: Path) -> tuple[SupportMechanism, ...]:
    """Every office of `support_mechanisms.csv`, in file order; support types are split at `;`."""
    return tuple(
        SupportMechanism(
            name_en=row["name_en"],
            name_zh=row["name_zh"],
            group=row["group"],
            support_types=tuple(part.strip() for part in row["support_types"].split(";")),
            eligibility=row["eligibility"],
            website=row["website"],
            email=row["email"],
            phone=row["phone"],
            address=row["address"],
        )
        for row in rows(path)
    )
