"""Reads the commands' CSV files; a broken row is told by its number and the rest goes on.

Row 1 is the header, and empty lines count, as a spreadsheet shows it. Nothing from inside a row is ever repeated.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from concord_screening.engine.dates import ImpossibleDateError, parse, today
from concord_screening.engine.domain import Name, Query, Subject

Report = Callable[[int, str], None]
# Bytes that are no UTF-8, as they are read with `surrogateescape`.
_NO_TEXT = re.compile("[\udc80-\udcff]")


class WrongFileError(ValueError):
    """The file cannot be used at all."""


def rows(path: Path, needed: tuple[str, ...], report: Report) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a file with their numbers. Columns that are not needed may be missing."""
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        lines = csv.reader(file)
        header = next(lines, [])
        missing = [name for name in needed if name not in header]
        if missing:
            raise WrongFileError(f"the file has no column {', '.join(missing)}")
        number = 1
        while True:
            number += 1
            try:
                row = next(lines)
            except StopIteration:
                return
            except csv.Error:
                report(number, "is no CSV")
                continue
            if not row:
                continue  # an empty line
            if len(row) != len(header):
                report(number, "has too many or too few columns")
            elif any(_NO_TEXT.search(value) for value in row):
                report(number, "is not in UTF-8")
            else:
                yield number, dict(zip(header, row, strict=True))


def pairs(path: Path, report: Report) -> Iterator[tuple[str, str, str]]:
    """Pair id and two names."""
    for number, row in rows(path, ("pair_id", "name_a", "name_b"), report):
        if not row["pair_id"].strip():
            report(number, "has no pair_id")
        elif not row["name_a"].strip() or not row["name_b"].strip():
            report(number, "has an empty name")
        else:
            yield row["pair_id"], row["name_a"], row["name_b"]


def subjects(path: Path, report: Report) -> list[tuple[Subject, tuple[int, ...]]]:
    """All subjects of a file with the rows of their names; rows of one subject need not lie together.

    A date that cannot be is reported and left out: the person stays listed.
    """
    found: dict[str, tuple[list[Name], list[int], list[str], list[str], list[str]]] = {}
    for number, row in rows(path, ("subject_id", "name"), report):
        subject_id, name = row["subject_id"].strip(), row["name"]
        if not subject_id:
            report(number, "has no subject_id")
            continue
        if not name.strip():
            report(number, "has an empty name")
            continue
        names, numbers, dobs, countries, genders = found.setdefault(subject_id, ([], [], [], [], []))
        names.append(Name(name, row.get("script") or None))
        numbers.append(number)
        dob = row.get("dob", "").strip()
        try:
            if parse(dob, today()) and dob not in dobs:
                dobs.append(dob)
        except ImpossibleDateError:
            report(number, "has a date that cannot be, left out")
        if (country := row.get("country", "").strip()) and country not in countries:
            countries.append(country)
        if gender := row.get("gender", "").strip():
            genders.append(gender)
    return [
        (
            Subject(subject_id, tuple(names), tuple(dobs), tuple(countries), next(iter(genders), None)),
            tuple(numbers),
        )
        for subject_id, (names, numbers, dobs, countries, genders) in found.items()
    ]


def queries(path: Path, report: Report) -> Iterator[tuple[int, str, Query]]:
    """Row number, query id and query."""
    for number, row in rows(path, ("query_id", "name"), report):
        if not row["query_id"].strip():
            report(number, "has no query_id")
        elif not row["name"].strip():
            report(number, "has an empty name")
        else:
            nationality = row.get("nationality", "").strip()
            yield number, row["query_id"], Query.of(row["name"], row.get("dob", "").strip(), nationality)
