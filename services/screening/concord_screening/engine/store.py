"""A list in a folder: immutable segments, a journal of what is newer, and the people who are no longer listed.

Promises: a change is on disk and findable when `apply` returns; a withdrawn person is not found from then
on; after `rewrite` no file holds anything of them; the process may end at any point without losing a
listing or finding a withdrawn one; an altered or missing file is told by its name (`SegmentError`). One process at
a time has a folder open. Only files that a store wrote are ever removed.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np

from concord_screening.engine import segment as segment_file
from concord_screening.engine.domain import Change, SegmentError, Subject
from concord_screening.engine.files import sync, write_whole
from concord_screening.engine.journal import Journal
from concord_screening.engine.listing import Builder, Listing, merge
from concord_screening.engine.loaded import Segment

# Fewer changes than this are kept in the journal.
LIVE_MOST = 2_000
# More segments than this are put together.
SEGMENTS_MOST = 4
_LOCK, _JOURNAL, _MANIFEST = "lock", "journal", "manifest.json"
_OWN = re.compile(rf"{_LOCK}|({_JOURNAL}|{re.escape(_MANIFEST)}|segment-\d{{8}}(\.dead-\d{{8}})?)(\.new)?")


def is_own(path: Path) -> bool:
    """Whether a file in a list's folder has a name that a store gives."""
    return _OWN.fullmatch(path.name) is not None


def is_only_a_list(folder: Path) -> bool:
    """Whether a store made all that is in the folder: its lock, which is empty, and nothing it has no name for."""
    lock = folder / _LOCK
    return lock.is_file() and not lock.stat().st_size and all(map(is_own, folder.iterdir()))


def holds_a_list(folder: Path) -> bool:
    """Whether a store ever wrote there."""
    return (folder / _MANIFEST).exists() or (folder / _JOURNAL).exists()


class FolderBusyError(Exception):
    """Another process has the folder open."""


class _Dead(NamedTuple):
    """The file that tells who of a segment is no longer listed: its number, its checksum, how many people."""

    number: int
    checksum: int
    people: int


class Store:
    """The segments of one folder. Callers serialise access, but for `merge` (see `commands.Index`)."""

    def __init__(self, folder: Path, *, live_most: int = LIVE_MOST) -> None:
        """More changes than `live_most` become a segment of their own."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if holds_a_list(folder) or not any(folder.iterdir()):
            folder.chmod(0o700)
        self._folder = folder
        self._live_most = live_most
        self._guard = os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
        self._swap = threading.RLock()
        self._one_merge = threading.Lock()
        self._journal = Journal(folder / _JOURNAL)
        self._live: dict[str, Subject] = {}
        self._live_segment: Segment | None = None
        self._waiting: list[Subject] = []
        self._next = 1
        self._held: dict[str, Segment] = {}
        self._dead: dict[str, _Dead] = {}
        self._making = ""  # a segment that a merge is writing
        try:
            fcntl.flock(self._guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._read()
        except BlockingIOError:
            os.close(self._guard)
            raise FolderBusyError("the folder of this list is open in another process") from None
        except BaseException:
            os.close(self._guard)
            raise

    # -- reading ---------------------------------------------------------------------------------

    def _read(self) -> None:
        manifest = self._folder / _MANIFEST
        if manifest.exists():
            head, _, body = manifest.read_bytes().partition(b" ")
            if head != b"%08x" % zlib.crc32(body):
                raise SegmentError(f"{_MANIFEST} is altered")
            held = json.loads(body)
            self._next = held["next"]
            self._dead = {name: _Dead(*dead) for name, dead in held["dead"].items()}
            for name in held["segments"]:
                self._held[name] = self._open(name)
            self._journal.check_there()
        self._journal.begin()
        self._sweep(half_written=True)
        for change in self._journal.read():
            self._take(change)

    def _open(self, name: str) -> Segment:
        segment = Segment.of(segment_file.read(self._folder / name), name)
        if dead := self._dead.get(name):
            path = self._folder / _dead_name(name, dead)
            raw = path.read_bytes() if path.exists() else b""
            if zlib.crc32(raw) != dead.checksum or len(raw) != 4 * dead.people:
                raise SegmentError(f"{path.name} is missing or altered")
            segment.alive[np.frombuffer(raw, dtype=np.uint32)] = False
        return segment

    def segments(self) -> list[Segment]:
        """Everything to search, the newest people included."""
        if self._waiting:
            builder = Builder()
            for subject in self._waiting:
                builder.add(subject)
            fresh = Segment.of(builder.listing())
            old = self._live_segment
            if old is not None:
                fresh = Segment.of(merge([old.listing, fresh.listing], [old.alive, fresh.alive]))
            self._live_segment = fresh
            self._waiting = []
        with self._swap:
            held = list(self._held.values())
        return held if self._live_segment is None else [*held, self._live_segment]

    def __len__(self) -> int:
        with self._swap:
            held = sum(int(segment.alive.sum()) for segment in self._held.values())
        return held + len(self._live)

    # -- changing --------------------------------------------------------------------------------

    def apply(self, changes: list[Change]) -> None:
        """Takes changes in, durably."""
        if len(changes) > self._live_most:
            self._take_many(changes)
            return
        self._journal.append(changes)
        for change in changes:
            self._take(change)
        if len(self._live) > self._live_most:
            self._flush()

    def _take_many(self, changes: list[Change]) -> None:
        """Takes in what is too much for the journal: all of it is in a segment afterwards, or all is as it was."""
        self._flush()
        # A merge that ends meanwhile must not write down who is replaced before those who replace them.
        with self._swap:
            before = [(segment, segment.alive.copy()) for segment in self._held.values()]
            try:
                for change in changes:
                    self._take(change)
                self._keep_live()
            except BaseException:
                for segment, alive in before:
                    segment.alive[:] = alive
                self._live, self._live_segment, self._waiting = {}, None, []
                raise

    def load(self, builder: Builder) -> None:
        """The builder's people are the list from now on, and nobody else is; a crash leaves either list, whole."""
        with self._one_merge:
            self._flush()  # what the journal holds must not come back after the switch
            self._install(builder, alone=True)

    def _take(self, change: Change) -> None:
        with self._swap:
            for segment in self._held.values():
                row = segment.listing.find(change.subject_id)
                if row is not None:
                    segment.alive[row] = False
        if self._live.pop(change.subject_id, None) is not None:
            self._waiting = [s for s in self._waiting if s.subject_id != change.subject_id]
            if self._live_segment is not None:
                row = self._live_segment.listing.find(change.subject_id)
                if row is not None:
                    self._live_segment.alive[row] = False
        if change.subject is not None:
            self._live[change.subject_id] = change.subject
            self._waiting.append(change.subject)

    def _flush(self) -> None:
        """The live people become a segment, and the journal is empty."""
        self._keep_live()
        self._journal.replace(())

    def _keep_live(self) -> None:
        """The live people become a segment; what the journal still tells of them would change nothing."""
        builder = Builder()
        for subject in self._live.values():
            builder.add(subject)
        self._install(builder)
        self._live, self._live_segment, self._waiting = {}, None, []

    def _install(self, builder: Builder, *, alone: bool = False) -> None:
        """The builder's people become a segment, beside those that are held or `alone`."""
        with self._changing():
            if alone:
                self._held = {}
            if len(builder):
                name = self._new_name()
                listing = builder.listing()
                segment_file.write(listing, self._folder / name)
                self._held[name] = Segment.of(segment_file.read(self._folder / name))
                self._held[name].alive[listing.replaced()] = False

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Within, what is held changes; it is on the disk afterwards, or all is as it was."""
        with self._swap:
            before = dict(self._held), dict(self._dead)
            try:
                yield
                self._write_down()
            except BaseException:
                self._held, self._dead = before
                raise

    def _new_name(self) -> str:
        return f"segment-{self._number():08d}"

    def _number(self) -> int:
        self._next += 1
        return self._next - 1

    def _write_down(self) -> None:
        """The folder holds what is held now, and nothing older."""
        self._dead = {name: dead for name, dead in self._dead.items() if name in self._held}
        for name, segment in self._held.items():
            rows = np.flatnonzero(~segment.alive).astype(np.uint32)
            known = self._dead.get(name)
            if len(rows) and (known is None or known.people != len(rows)):
                dead = _Dead(self._number(), zlib.crc32(rows.tobytes()), len(rows))
                write_whole(self._folder / _dead_name(name, dead), [rows.tobytes()])
                self._dead[name] = dead
        held: dict[str, object] = {"segments": list(self._held), "dead": self._dead, "next": self._next}
        body = json.dumps(held).encode()
        write_whole(self._folder / _MANIFEST, [b"%08x %s" % (zlib.crc32(body), body)])
        self._sweep(half_written=False)

    def _sweep(self, *, half_written: bool) -> None:
        """Removes what an earlier state left behind, and what a process that ended was writing."""
        kept = {_LOCK, _JOURNAL, _MANIFEST, *self._held, *(_dead_name(name, own) for name, own in self._dead.items())}
        left = [
            path
            for path in self._folder.iterdir()
            if path.name not in kept | {self._making} and is_own(path) and (half_written or path.suffix != ".new")
        ]
        for path in left:
            path.unlink()
        if left:
            sync(self._folder)

    # -- putting segments together ---------------------------------------------------------------

    def wants_merge(self) -> bool:
        """Whether there are so many segments that searching them all costs time."""
        with self._swap:
            return len(self._held) > SEGMENTS_MOST

    def merge(self) -> None:
        """Puts segments together: all, or all but one much greater than the rest.

        May run in a thread of its own while the list is searched and changed.
        """
        with self._one_merge:
            self._put_together(self._small)

    def _put_together(self, choose: Callable[[], list[str]]) -> None:
        """One merge at a time: `_one_merge` is held."""
        with self._swap:
            chosen = choose()
            if not chosen:
                return
            sources = [self._held[name] for name in chosen]
            living = [segment.alive.copy() for segment in sources]
            new_name = self._making = self._new_name()
        try:
            self._replace(chosen, sources, living, new_name)
        finally:
            self._making = ""

    def _replace(self, chosen: list[str], sources: list[Segment], living: list[np.ndarray], new_name: str) -> None:
        merged: Listing | None = None
        if any(alive.any() for alive in living):
            merged = merge([segment.listing for segment in sources], living)
            segment_file.write(merged, self._folder / new_name)
        with self._changing():
            if merged is not None:
                segment = Segment.of(segment_file.read(self._folder / new_name))
                for source, alive in zip(sources, living, strict=True):
                    for row in np.flatnonzero(alive & ~source.alive).tolist():
                        # Withdrawn while the merge ran.
                        found = segment.listing.find(source.listing.subject_id(row))
                        if found is not None:
                            segment.alive[found] = False
                self._held[new_name] = segment
            for name in chosen:
                del self._held[name]

    def _small(self) -> list[str]:
        sizes = {name: segment.listing.size for name, segment in self._held.items()}
        by_size = sorted(sizes, key=lambda name: sizes[name])
        if len(by_size) > 1 and sizes[by_size[-1]] > 4 * sum(sizes[name] for name in by_size[:-1]):
            return by_size[:-1]
        return by_size

    def rewrite(self) -> None:
        """Writes every file anew that holds anything of somebody no longer listed."""
        with self._one_merge:
            self._flush()
            self._put_together(lambda: [name for name, segment in self._held.items() if not segment.alive.all()])

    def compact(self) -> None:
        """Puts all people into one segment."""
        with self._one_merge:
            self._flush()
            self._put_together(lambda: list(self._held) if len(self._held) > 1 else [])

    def close(self) -> None:
        """Waits for a merge, and lets go of the folder."""
        with self._one_merge:
            self._held.clear()
            self._live_segment = None
            os.close(self._guard)


def _dead_name(segment: str, dead: _Dead) -> str:
    return f"{segment}.dead-{dead.number:08d}"
