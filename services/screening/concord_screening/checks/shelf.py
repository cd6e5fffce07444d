"""The indexes of the hosted agencies' lists: each in a folder of its own, brought up to date before it is asked.

A check sees every change committed before it began, or is told that the list could not be read in time. The folders are
a cache: private to this process, never backed up, rewritten without what was withdrawn, and thrown away rather than
kept when the register cannot be reached for longer than an erasure may take.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from uuid import UUID

from concord_core.storage import Actor, Database
from concord_screening.engine.commands import Asker, Index
from concord_screening.engine.domain import Change, Name, Query, Reason, Result, SegmentError, Subject, Zone
from concord_screening.register.commands import Register
from concord_screening.register.domain import Person

ACTOR = Actor("service", "screening.matcher")
COMPARED_WHOLE = 100
"""Up to so many people in all lists together every one is compared, whatever the engine's doors would choose."""
NOT_CHECKED = Result(Zone.UNDECIDABLE, (), (), (Reason("not_checked"),))
_BATCH = 500
_SLOTS = 64


def subject_of(reference: str, person: Person) -> Subject:
    """A listed person as the engine takes it."""
    return Subject(
        reference,
        tuple(Name(name.text) for name in person.names),
        dobs=person.birth_dates,
        countries=person.nationalities,
        gender=person.sex if person.sex in ("female", "male") else None,
    )


@dataclass
class _Held:
    """One agency's index and where it stands in the register's changes."""

    folder: Path
    index: Index
    epoch: UUID | None = None
    revision: int = 0
    dirty: bool = False
    # Since when the files are as they should be: up to date, and without anything of those who were withdrawn.
    fresh_at: float = field(default_factory=time.monotonic)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Shelf:
    """Holds the indexes of this process. Threads may share it; each agency's index is used by one at a time."""

    def __init__(self, folder: Path, database: Database, register: Register, agencies: Sequence[str]) -> None:
        self._root = folder
        self._database = database
        self._register = register
        self.agencies = tuple(agencies)
        self._held: dict[str, _Held] = {}
        self._opening = threading.Lock()
        self._claiming = threading.Lock()
        self._slot: Path | None = None
        self._slot_lock = -1

    def query(self, agencies: Iterable[str], query: Query, deadline: float) -> dict[str, Result]:
        """Each agency's answer; undecidable, reason `not_checked`, for a list that could not be brought up to date
        before `deadline` (monotonic).

        How common a name is, is counted over all these lists together: each for itself would take what is rare in it
        for rare, and the more agencies, the more candidates would be held up for nothing (ADR 0011).
        """
        answers = dict.fromkeys(agencies, NOT_CHECKED)
        ready: dict[str, Index] = {}
        with ExitStack() as locked:
            for agency in sorted(answers):
                held = self._hold(agency)
                if not held.lock.acquire(timeout=max(0.0, deadline - time.monotonic())):
                    continue
                locked.callback(held.lock.release)
                if self._refresh(agency, held, deadline):
                    ready[agency] = held.index
            if ready:
                # Where few are listed nothing is common and the doors have little to go by; comparing all costs little.
                few = sum(map(len, ready.values())) <= COMPARED_WHOLE
                found = self._asker.query(tuple(ready.values()), query, None, exhaustive=few, candidates=False)
                answers.update(zip(ready, found, strict=True))
        return answers

    @cached_property
    def _asker(self) -> Asker:
        return Asker()

    def warm(self) -> None:
        """Asks two lists of one invented person, so that the first recruiter does not wait for the engine to load."""
        folder = self._own_slot() / "warm"
        lists = [Index.open(folder / place) for place in ("here", "there")]
        for index in lists:
            index.apply([Change.upsert(Subject("warm", (Name("Maria Example"),), dobs=("1970-01-01",)))])
        self._asker.query(lists, Query.of("Example Maria", "1970-01-01"))
        for index in lists:
            index.close()
        shutil.rmtree(folder, ignore_errors=True)

    def tidy(self, erased_within: timedelta, *, only_open: bool = False) -> None:
        """Brings every index up to date and rewrites those that lost somebody; drops what could not be for too long,
        and what processes left that are dead for so long.

        `only_open`: leaves alone what this process never opened.
        """
        if not only_open:
            os.utime(_lock_of(self._own_slot()))
        self._sweep(erased_within)
        with ExitStack() as each:  # whatever becomes of one, also of the register: the others have their turn
            for agency in tuple(self._held) if only_open else self.agencies:
                each.callback(self._tidy, agency, erased_within)

    def _tidy(self, agency: str, erased_within: timedelta) -> None:
        held = self._hold(agency)
        with held.lock:
            try:
                self._refresh(agency, held, time.monotonic() + 30)
                if held.dirty:
                    held.index.rewrite()
                    held.dirty, held.fresh_at = False, time.monotonic()
                    _keep_cursor(held)
            finally:
                if time.monotonic() - held.fresh_at > erased_within.total_seconds():
                    self._empty(held)

    def close(self) -> None:
        """Closes the indexes and lets go of the folder."""
        with self._opening:
            for held in self._held.values():
                held.index.close()
            self._held.clear()
            if self._slot_lock >= 0:
                os.close(self._slot_lock)
                self._slot_lock = -1
            self._slot = None

    # --- inside -----------------------------------------------------------------------------------------------

    def _hold(self, agency: str) -> _Held:
        with self._opening:
            held = self._held.get(agency)
            if held is None:
                folder = self._own_slot() / agency
                held = _open(folder)
                self._held[agency] = held
            return held

    def _refresh(self, agency: str, held: _Held, deadline: float) -> bool:
        with self._database.work(agency, actor=ACTOR) as work:
            head = self._register.head(work)
        if (head.epoch if head else None) != held.epoch:
            self._empty(held)
            held.epoch = head.epoch if head else None
        while head is not None and held.revision < head.revision:
            if time.monotonic() > deadline:
                return False
            with self._database.work(agency, actor=ACTOR) as work:
                changes = self._register.changes(work, held.revision, _BATCH)
            # One reference may stand there several times; what it is now is the same each time.
            latest = {change.reference: change.person for change in changes}
            held.index.apply(
                Change.upsert(subject_of(reference, person)) if person else Change.remove(reference)
                for reference, person in latest.items()
            )
            held.dirty = held.dirty or any(person is None for person in latest.values())
            held.revision = changes[-1].revision
            _keep_cursor(held)
        if not held.dirty:
            held.fresh_at = time.monotonic()
        return True

    @staticmethod
    def _empty(held: _Held) -> None:
        held.index.close()
        shutil.rmtree(held.folder, ignore_errors=True)
        _cursor(held.folder).unlink(missing_ok=True)
        held.index = Index.open(held.folder)
        held.epoch, held.revision, held.dirty = None, 0, False

    def _own_slot(self) -> Path:
        with self._claiming:
            return self._claim_slot()

    def _claim_slot(self) -> Path:
        """A folder that no other living process uses."""
        if self._slot is None:
            self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
            for number in range(_SLOTS):
                lock = self._lock(number)
                if lock is not None:
                    self._slot, self._slot_lock = self._root / f"slot-{number}", lock
                    self._slot.mkdir(mode=0o700, exist_ok=True)
                    break
            else:
                raise RuntimeError("all index folders are in use")
        return self._slot

    def _lock(self, number: int) -> int | None:
        lock = os.open(_lock_of(self._root / f"slot-{number}"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return None
        return lock

    def _sweep(self, erased_within: timedelta) -> None:
        """Removes the folders of processes that are dead: nobody rewrites them when somebody is withdrawn."""
        with self._claiming:
            for folder in self._root.glob("slot-*[0-9]"):
                if time.time() - _lock_of(folder).stat().st_mtime <= erased_within.total_seconds():
                    continue  # whoever starts again soon goes on with it
                lock = self._lock(int(folder.name.removeprefix("slot-")))
                if lock is not None:
                    shutil.rmtree(folder, ignore_errors=True)
                    os.close(lock)


def _lock_of(slot: Path) -> Path:
    """Held by the process that has the folder, and touched whenever that process has tidied it."""
    return slot.with_suffix(".lock")


def _cursor(folder: Path) -> Path:
    return folder.with_suffix(".cursor")


def _open(folder: Path) -> _Held:
    """Opens an agency's folder; one that cannot be read, or whose place is not known, is built anew."""
    try:
        place = json.loads(_cursor(folder).read_text(encoding="ascii"))
        return _Held(folder, Index.open(folder), UUID(place["epoch"]), int(place["revision"]), dirty=place["dirty"])
    except (FileNotFoundError, ValueError, KeyError, SegmentError):
        shutil.rmtree(folder, ignore_errors=True)
        return _Held(folder, Index.open(folder))


def _keep_cursor(held: _Held) -> None:
    new = held.folder.with_suffix(".cursor-new")
    place = {"epoch": str(held.epoch), "revision": held.revision, "dirty": held.dirty}
    new.write_text(json.dumps(place), encoding="ascii")
    new.replace(_cursor(held.folder))
