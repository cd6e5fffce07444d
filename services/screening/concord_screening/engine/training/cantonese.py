"""How Cantonese reads each Chinese character: the library's readings as a small file.

The library itself takes seventy megabytes of memory and more than half a second to load, for words of many characters
that no name needs.
"""

from __future__ import annotations

import gzip
from collections import defaultdict

import ToJyutping

# From the first radical to the last character that Unicode 17 has a place for.
_CHARACTERS = range(0x2E80, 0x33480)


def readings() -> bytes:
    """The file of readings: sound, and all characters that are read so."""
    found: dict[str, list[str]] = defaultdict(list)
    for number in _CHARACTERS:
        if reading := ToJyutping.get_jyutping_list(chr(number))[0][1]:
            found[reading].append(chr(number))
    lines = [f"{sound}\t{''.join(characters)}\n" for sound, characters in sorted(found.items())]
    return gzip.compress("".join(lines).encode(), 9, mtime=0)
