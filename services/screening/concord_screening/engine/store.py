"""A list in a folder: immutable segments, a journal of what is newer, and the people who are no longer listed.

Promises: a change is on disk and findable when `apply` returns; a withdrawn person is not found from then
on; after `rewrite` no file holds anything of them; the process may end at any point without losing a
listing or finding a withdrawn one. One process at a time has a folder open.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from concord_screening.engine import segment as segment_file
from concord_screening.engine.domain import Change, SegmentError, Subject
from concord_screening.engine.journal import Journal
from concord_screening.engine.listing import Builder, Listing, merge
from concord_screening.engine.loaded import Segment

# Fewer changes than this are kept in the journal.
LIVE_MOST = 2_000
# More segments than this are put together.
SEGMENTS_MOST = 4


class FolderBusyError(Exception):
    """Another process has the folder open."""


class Store:
    """The segments of one folder. Callers serialise access (see `commands.Index`)."""

    def __init__(self, folder: Path, *, live_most: int = LIVE_MOST) -> None:
        """More changes than `live_most` become a segment of their own."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._live_most = live_most
        self._guard = os.open(folder / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(self._guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._guard)
            raise FolderBusyError("the folder of this list is open in another process") from None
        self._swap = threading.Lock()
        self._journal = Journal(folder / "journal")
        self._live: dict[str, Subject] = {}
        self._live_segment: Segment | None = None
        self._waiting: list[Subject] = []
        self._next = 1
        self._held: dict[str, Segment] = {}
        self._read()

    # -- reading ---------------------------------------------------------------------------------

    def _read(self) -> None:
        manifest = self._folder / "manifest.json"
        names: list[str] = []
        if manifest.exists():
            try:
                held = json.loads(manifest.read_bytes())
                names, self._next = list(held["segments"]), int(held["next"])
            except (ValueError, KeyError, TypeError):
                raise SegmentError(f"{manifest.name} is altered") from None
        for name in names:
            segment = Segment.of(segment_file.read(self._folder / name))
            segment.alive[self._read_dead(name, segment.listing.size)] = False
            self._held[name] = segment
        kept = {"lock", "journal", "manifest.json", *names, *(f"{name}.dead" for name in names)}
        for path in self._folder.iterdir():
            if path.name not in kept:
                path.unlink()  # what a merge left behind when the process ended
        for change in self._journal.read():
            self._take(change)

    def _read_dead(self, name: str, size: int) -> np.ndarray:
        path = self._folder / f"{name}.dead"
        if not path.exists():
            return np.zeros(0, dtype=np.uint32)
        raw = path.read_bytes()
        if len(raw) % 4 or ((rows := np.frombuffer(raw, dtype=np.uint32)).size and rows.max() >= size):
            raise SegmentError(f"{path.name} is altered")
        return rows

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
            self._flush()
            for change in changes:
                self._take(change)
            self._flush()
            return
        self._journal.append(changes)
        for change in changes:
            self._take(change)
        if len(self._live) > self._live_most:
            self._flush()

    def load(self, builder: Builder) -> None:
        """The builder's people are the list from now on, and nobody else is; a crash leaves either list, whole."""
        self._flush()  # what the journal holds must not come back after the switch
        with self._swap:
            old = list(self._held)
            self._held.clear()
        self._install(builder)
        for name in old:
            (self._folder / name).unlink()
            (self._folder / f"{name}.dead").unlink(missing_ok=True)

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
        builder = Builder()
        for subject in self._live.values():
            builder.add(subject)
        self._install(builder)
        self._live, self._live_segment, self._waiting = {}, None, []

    def _install(self, builder: Builder) -> None:
        """The builder's people become a segment, beside those that are held; the journal is empty."""
        with self._swap:
            if len(builder):
                name = self._new_name()
                listing = builder.listing()
                segment_file.write(listing, self._folder / name)
                self._held[name] = Segment.of(segment_file.read(self._folder / name))
            self._write_dead()
            self._write_manifest()
        self._journal.replace(())

    def _new_name(self) -> str:
        name = f"segment-{self._next:08d}"
        self._next += 1
        return name

    def _write_dead(self) -> None:
        for name, segment in self._held.items():
            if not segment.alive.all():
                rows = np.flatnonzero(~segment.alive).astype(np.uint32)
                self._write_whole(f"{name}.dead", rows.tobytes())

    def _write_manifest(self) -> None:
        held = {"segments": list(self._held), "next": self._next}
        self._write_whole("manifest.json", json.dumps(held).encode())

    def _write_whole(self, name: str, data: bytes) -> None:
        new = self._folder / f"{name}.new"
        with os.fdopen(os.open(new, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._folder / name)

    # -- putting segments together ---------------------------------------------------------------

    def wants_merge(self) -> bool:
        """Whether there are so many segments that searching them all costs time."""
        with self._swap:
            return len(self._held) > SEGMENTS_MOST

    def merge(self, names: Iterable[str] | None = None) -> None:
        """Puts segments together: the named ones, or all but one much greater than the rest.

        May run in a thread of its own while the list is searched and changed.
        """
        with self._swap:
            chosen = list(names) if names is not None else self._small()
            sources = [self._held[name] for name in chosen]
            living = [segment.alive.copy() for segment in sources]
            new_name = self._new_name()
        merged: Listing | None = None
        if any(alive.any() for alive in living):
            merged = merge([segment.listing for segment in sources], living)
            segment_file.write(merged, self._folder / new_name)
        with self._swap:
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
            self._write_dead()
            self._write_manifest()
            for name in chosen:
                (self._folder / name).unlink()
                (self._folder / f"{name}.dead").unlink(missing_ok=True)

    def _small(self) -> list[str]:
        sizes = {name: segment.listing.size for name, segment in self._held.items()}
        by_size = sorted(sizes, key=lambda name: sizes[name])
        if len(by_size) > 1 and sizes[by_size[-1]] > 4 * sum(sizes[name] for name in by_size[:-1]):
            return by_size[:-1]
        return by_size

    def rewrite(self) -> None:
        """Writes every file anew that holds anything of somebody no longer listed."""
        self._flush()
        with self._swap:
            stale = [name for name, segment in self._held.items() if not segment.alive.all()]
        if stale:
            self.merge(stale)

    def compact(self) -> None:
        """Puts all people into one segment."""
        self._flush()
        if len(self._held) > 1:
            self.merge(list(self._held))

    def close(self) -> None:
        """Lets go of the folder."""
        self._held.clear()
        self._live_segment = None
        os.close(self._guard)
