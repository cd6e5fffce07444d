"""A listing as a file: written once, mapped into memory, checked when opened.

The file says what it holds and carries a checksum of every byte; a truncated or altered one is refused
by name (`SegmentError`), and the caller rebuilds it from the register.
"""

from __future__ import annotations

import json
import mmap
import zlib
from pathlib import Path

import numpy as np

from concord_screening.engine.arrays import Words
from concord_screening.engine.domain import SegmentError
from concord_screening.engine.files import whole
from concord_screening.engine.listing import Doors, Listing, People
from concord_screening.engine.trie import Trie

_MAGIC = b"CNCSEG04"  # the number goes up when the file or the reading of names changes
_GROUPS = {"words": Words, "tree": Trie, "people": People, "doors": Doors}


def _arrays(listing: Listing) -> dict[str, np.ndarray]:
    return {
        f"{group}.{field}": np.ascontiguousarray(value)
        for group in _GROUPS
        for field, value in getattr(listing, group)._asdict().items()
    }


def write(listing: Listing, path: Path) -> None:
    """Writes the file so that it is there whole or not at all."""
    arrays = _arrays(listing)
    at = 0
    table = []
    for name, array in arrays.items():
        table.append([name, array.dtype.str, len(array), at])
        at += -(-array.nbytes // 64) * 64
    header = json.dumps({"bytes": at, "arrays": table}).encode()
    header += b" " * (-(len(header) + 20) % 64)
    with whole(path) as file:
        checksum = zlib.crc32(header)
        file.write(_MAGIC + len(header).to_bytes(8, "little") + bytes(4) + header)
        for array in arrays.values():
            padded = array.tobytes() + bytes(-array.nbytes % 64)
            checksum = zlib.crc32(padded, checksum)
            file.write(padded)
        file.seek(16)
        file.write(checksum.to_bytes(4, "little"))


def read(path: Path) -> Listing:
    """Maps the file; only what is searched is read into memory."""
    try:
        with path.open("rb") as file:
            # Copy on write: the compiled loops want arrays they could write to, and never do.
            data = mmap.mmap(file.fileno(), 0, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_WRITE)
    except (OSError, ValueError):
        raise SegmentError(f"segment {path.name} cannot be read") from None
    if data[:8] != _MAGIC or len(data) < 20:
        raise SegmentError(f"segment {path.name} is no segment of this version")
    length = int.from_bytes(data[8:16], "little")
    expected = int.from_bytes(data[16:20], "little")
    view = memoryview(data)
    if 20 + length > len(data) or zlib.crc32(view[20:]) != expected:
        raise SegmentError(f"segment {path.name} is truncated or altered")
    header = json.loads(data[20 : 20 + length])
    groups: dict[str, dict[str, np.ndarray]] = {group: {} for group in _GROUPS}
    for name, dtype, count, at in header["arrays"]:
        group, _, field = name.partition(".")
        groups[group][field] = np.frombuffer(data, dtype=dtype, count=count, offset=20 + length + at)
    return Listing(
        Words(**groups["words"]), Trie(**groups["tree"]), People(**groups["people"]), Doors(**groups["doors"])
    )
