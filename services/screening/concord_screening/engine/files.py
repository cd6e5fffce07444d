"""Files that are there whole or not at all, also when the power fails; and what is mapped of them."""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np


@contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """A file, readable by this user only, that takes the place of `path` when the block ends, and never if it fails."""
    new = path.with_name(path.name + ".new")
    opened = os.open(new, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(opened, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    sync(path.parent)


def write_whole(path: Path, parts: Iterable[bytes]) -> None:
    """Writes all parts."""
    with whole(path) as file:
        for part in parts:
            file.write(part)


def sync(folder: Path) -> None:
    """What was renamed in the folder stays renamed."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def let_go(arrays: Iterable[np.ndarray]) -> None:
    """Gives back the memory of arrays that are mapped from a file, until they are read again; nothing may have been
    written to them."""
    for array in arrays:
        base: object = array.base
        data = base.obj if isinstance(base, memoryview) else None
        if isinstance(data, mmap.mmap):
            begin = array.ctypes.data - np.frombuffer(data, dtype=np.uint8).ctypes.data
            first = -(-begin // mmap.PAGESIZE) * mmap.PAGESIZE
            size = (begin + array.nbytes - first) // mmap.PAGESIZE * mmap.PAGESIZE
            if size > 0:
                data.madvise(mmap.MADV_DONTNEED, first, size)
