"""The changes that no segment holds yet, in a file of checked lines; a torn last line is no change.

The journal is the only file that holds names as typed, so it is rewritten whenever a subject is erased.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from concord_screening.engine.domain import Change, Name, SegmentError, Subject
from concord_screening.engine.files import write_whole


def _encode(change: Change) -> bytes:
    subject = change.subject
    row: dict[str, object] = {"id": change.subject_id}
    if subject is not None:
        row |= {
            "names": [[name.text, name.script] for name in subject.names],
            "dobs": subject.dobs,
            "countries": subject.countries,
            "gender": subject.gender,
        }
    body = json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return b"%08x %s\n" % (zlib.crc32(body), body)


def _decode(body: bytes) -> Change:
    row = json.loads(body)
    if "names" not in row:
        return Change.remove(row["id"])
    names = tuple(Name(text, script) for text, script in row["names"])
    return Change.upsert(Subject(row["id"], names, tuple(row["dobs"]), tuple(row["countries"]), row["gender"]))


class Journal:
    """Appends changes durably and reads them back."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Iterator[Change]:
        """All changes in order. Broken anywhere but in its last line, the journal is refused."""
        lines = self._path.read_bytes().split(b"\n")
        for number, line in enumerate(lines):
            if not line:
                continue
            head, _, body = line.partition(b" ")
            if len(head) != 8 or head != b"%08x" % zlib.crc32(body):
                if number == len(lines) - 1:
                    return  # the process ended while writing it: it was never confirmed
                raise SegmentError(f"journal {self._path.name} is altered at line {number + 1}")
            yield _decode(body)

    def begin(self) -> None:
        """Makes the file if there is none: it is there before anything else of a list is."""
        if not self._path.exists():
            self.replace(())

    def check_there(self) -> None:
        """Refuses a list whose journal is gone: who was listed or withdrawn last would be forgotten."""
        if not self._path.exists():
            raise SegmentError(f"journal {self._path.name} is missing")

    def append(self, changes: Iterable[Change]) -> None:
        """Adds changes; they are on the disk when this returns."""
        data = b"".join(map(_encode, changes))
        with os.fdopen(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600), "r+b") as file:
            end = file.seek(0, os.SEEK_END)
            if end and not _whole(file, end):
                file.seek(0)
                end = file.read().rfind(b"\n") + 1  # a torn line must not swallow the one that follows
            file.seek(end)
            file.truncate()
            file.write(data)
            file.flush()
            os.fsync(file.fileno())

    def replace(self, changes: Iterable[Change]) -> None:
        """The journal holds these changes and nothing else."""
        write_whole(self._path, map(_encode, changes))


def _whole(file: BinaryIO, end: int) -> bool:
    """Whether the file ends with a whole line."""
    file.seek(end - 1)
    return file.read(1) == b"\n"
