"""What callers use: `score_pair` for two names, `Index` for a list kept in a folder.

First version: ICU romanisation and trigrams, every subject compared. The interface stays.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import icu

from concord_screening.engine.domain import Change, Hit, Name, Query, Reason, Result, Subject, Zone


@lru_cache(maxsize=1)
def _transliterator() -> icu.Transliterator:
    return icu.Transliterator.createInstance("Any-Latin; Latin-ASCII; Lower")


@lru_cache(maxsize=100_000)
def _trigrams(text: str) -> frozenset[str]:
    parts = sorted(re.findall(r"[a-z]+", _transliterator().transliterate(text)))
    return frozenset(f" {part} "[i : i + 3] for part in parts for i in range(len(part)))


def score_pair(a: str, b: str) -> float:
    """How alike two names are, 0 to 1."""
    x, y = _trigrams(a), _trigrams(b)
    return 2 * len(x & y) / (len(x) + len(y)) if x and y else 0.0


class Index:
    """A list of subjects in a folder that only this user can read."""

    def __init__(self, folder: Path) -> None:
        self._journal = folder / "journal.jsonl"
        self._subjects: dict[str, Subject] = {}

    @classmethod
    def open(cls, folder: Path) -> Index:
        """Opens the folder, made if it is not there."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        index = cls(folder)
        if index._journal.exists():
            for line in index._journal.read_text(encoding="utf-8").splitlines():
                row = json.loads(line)
                names = tuple(Name(text, script) for text, script in row["names"])
                index._subjects[row["id"]] = Subject(
                    row["id"], names, tuple(row["dobs"]), tuple(row["countries"]), row["gender"]
                )
        return index

    def __len__(self) -> int:
        return len(self._subjects)

    def apply(self, changes: Iterable[Change]) -> None:
        """Takes changes in; they are found, or found no more, when this returns."""
        for change in changes:
            if change.subject is None:
                self._subjects.pop(change.subject_id, None)
            else:
                self._subjects[change.subject_id] = change.subject
        self._write()

    def rewrite(self) -> None:
        """After this no file of the folder holds anything of a removed subject."""
        self._write()

    def close(self) -> None:
        """Lets go of the files."""

    def _write(self) -> None:
        rows = (
            {
                "id": s.subject_id,
                "names": [(n.text, n.script) for n in s.names],
                "dobs": s.dobs,
                "countries": s.countries,
                "gender": s.gender,
            }
            for s in self._subjects.values()
        )
        new = self._journal.with_suffix(".new")
        new.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        os.replace(new, self._journal)

    def query(self, query: Query, limit: int = 10, exhaustive: bool = False) -> Result:
        """The `limit` best subjects for a candidate, whatever their score."""
        if not any(_trigrams(name.text) for name in query.names):
            return Result(Zone.UNDECIDABLE, (), (), (Reason("script_unreadable"),))
        hits = [self._hit(query, subject) for subject in self._subjects.values()]
        hits.sort(key=lambda hit: -hit.score)
        kept = tuple(hit for hit in hits if hit.score > 0.3 or exhaustive)
        zone = kept[0].zone if kept else Zone.CLEAR
        return Result(zone, tuple(hits[:limit]), tuple(hit.subject_id for hit in kept))

    @staticmethod
    def _hit(query: Query, subject: Subject) -> Hit:
        likeness = max(
            (score_pair(a.text, b.text) for a in query.names for b in subject.names), default=0.0
        )
        reasons = [Reason("name_alike", likeness, {"percent": round(100 * likeness)})]
        score = likeness * 0.8
        if query.dob and subject.dobs:
            same = query.dob in subject.dobs
            reasons.append(Reason("date_equal" if same else "date_differs"))
            score = score + 0.2 if same else score * 0.5
        zone = Zone.POSSIBLE if score >= 0.6 else Zone.CLEAR
        return Hit(subject.subject_id, score, zone, tuple(reasons))
