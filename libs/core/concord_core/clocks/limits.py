"""Which time limits are in force on a day.

They live in `data/`, with a version and a date of effect, not in code: the mandated ones in `limits.yaml`, those that
Concord itself promises in `promises.yaml`. A changed limit is a new version of its file, and a clock keeps the version
under which it started.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from importlib.resources import files
from typing import Any, Literal

import yaml


class Holder(StrEnum):
    """Who has a clock in hand."""

    AGENCY = "agency"
    CONTRIBUTING_COUNTRY = "contributing_country"
    INVESTIGATING_BODY = "investigating_body"


class Unit(StrEnum):
    """What a limit counts: hours from a moment, calendar days, or calendar months."""

    HOURS = "hours"
    DAYS = "days"
    MONTHS = "months"


def add_months(day: date, months: int) -> date:
    """The same day of the month `months` later, or the last of that month (31 August + 6 = end of February)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit: a code of the list `deadline`, and how long it gives."""

    code: str
    amount: int
    unit: Unit

    def due(self, started: date) -> date:
        """The last day in time for something that began on `started`; for a limit in hours both are moments.

        TypeError when a limit in hours is asked for a day: nobody could say when the day began.
        """
        if self.unit is Unit.HOURS:
            if not isinstance(started, datetime):
                raise TypeError("a limit in hours is counted from a moment")
            return started + timedelta(hours=self.amount)
        if self.unit is Unit.MONTHS:
            return add_months(started, self.amount)
        return started + timedelta(days=self.amount)


@dataclass(frozen=True, slots=True)
class Rule:
    """A clock of a case: what starts it, what stops it, and the limit, shorter for serious cases if given."""

    name: str
    starts: str
    stops: str
    holder: Holder
    normal: Limit
    serious: Limit | None = None

    def limit(self, serious: bool) -> Limit:
        """The limit that applies to a case of this seriousness."""
        return self.serious if serious and self.serious is not None else self.normal


@dataclass(frozen=True, slots=True)
class Limits:
    """All limits of one version."""

    version: str
    effective: date
    rules: tuple[Rule, ...]

    def of_code(self, code: str) -> tuple[Rule, Limit]:
        """The rule and limit behind a code of `deadline`; KeyError when this version has none."""
        for rule in self.rules:
            for limit in (rule.normal, rule.serious):
                if limit is not None and limit.code == code:
                    return rule, limit
        raise KeyError(code)


@dataclass(frozen=True, slots=True)
class LimitsHistory:
    """Every version, oldest first."""

    versions: tuple[Limits, ...]

    def at(self, day: date) -> Limits | None:
        """The version in force on `day`, or None before the first one."""
        in_force = [limits for limits in self.versions if limits.effective <= day]
        return in_force[-1] if in_force else None

    def version(self, version: str) -> Limits:
        """One version by its name; KeyError when it never existed."""
        for limits in self.versions:
            if limits.version == version:
                return limits
        raise KeyError(version)


def _limit(data: Mapping[str, Any]) -> Limit:
    units = [unit for unit in Unit if unit.value in data]
    if len(units) != 1 or set(data) != {"code", units[0].value}:
        raise ValueError("a limit has a code and one of hours, days, months")
    amount = data[units[0].value]
    if not isinstance(amount, int) or amount < 1:
        raise ValueError("a limit gives at least one hour, day or month")
    return Limit(str(data["code"]), amount, units[0])


def parse(text: str) -> LimitsHistory:
    """Reads a limits file. ValueError when versions repeat, go back in time, or a limit is not well formed."""
    versions = []
    for entry in yaml.safe_load(text)["versions"]:
        rules = tuple(
            Rule(
                name=clock["name"],
                starts=clock["starts"],
                stops=clock["stops"],
                holder=Holder(clock["holder"]),
                normal=_limit(clock["limit"]),
                serious=_limit(clock["serious"]) if "serious" in clock else None,
            )
            for clock in entry["clocks"]
        )
        versions.append(Limits(str(entry["version"]), entry["effective"], rules))
    if [v.effective for v in versions] != sorted({v.effective for v in versions}):
        raise ValueError("versions are listed oldest first, each with its own date of effect")
    if len({v.version for v in versions}) != len(versions):
        raise ValueError("a version is listed once")
    return LimitsHistory(tuple(versions))


def load(name: Literal["limits", "promises"] = "limits") -> LimitsHistory:
    """The limits that ship with Concord: the mandated ones, or those that it promises."""
    return parse(files(__package__).joinpath(f"data/{name}.yaml").read_text(encoding="utf-8"))
