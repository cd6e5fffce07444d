"""What is planted, and how it is found again in whatever spelling."""

import base64
import json
import re
from collections.abc import Iterator
from functools import cache

MARK = "ZQXWCANARY"
NATIVE = "ЖЩЫКЪЮБАТ"
"""The same for names in another script."""


def mark(field: str) -> str:
    """What is planted in a field: the mark with the field's name, so that a find says where it came from."""
    return NATIVE if "native" in field else MARK + re.sub(r"[^A-Za-z]", "", field).upper()


def found_in(content: bytes) -> bool:
    """Whether a mark stands there: as it is, in lower case, escaped, in hexadecimal, or in base64."""
    return any(spelling in content for spelling in _spellings())


@cache
def _spellings() -> tuple[bytes, ...]:
    words = (MARK, NATIVE)
    return tuple({spelling for word in words for text in (word, word.lower()) for spelling in _of(text)})


def _of(text: str) -> Iterator[bytes]:
    raw = text.encode()
    yield raw
    yield json.dumps(text)[1:-1].encode()
    yield raw.hex().encode()
    yield raw.hex().upper().encode()
    for shift in range(3):  # base64 has three alignments; what lies beside the text changes its first and last sign
        encoded = base64.b64encode(b"\0" * shift + raw)[(0, 2, 3)[shift] : (shift + len(raw)) // 3 * 4]
        yield encoded
        yield encoded.translate(bytes.maketrans(b"+/", b"-_"))
