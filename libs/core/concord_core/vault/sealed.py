"""Sealed text that a stranger carries for us: answers between the steps of a form, the state of a sign-in.

Nothing is stored here; the holder can neither read nor change it, use it on another page, nor use it too
late.
"""

import base64
import binascii
import json
import time
import zlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from concord_core.errors import ConcordError
from concord_core.vault.domain import bound, decrypt, encrypt
from concord_core.vault.errors import SEALED_EXPIRED, SEALED_INVALID

MAX_OPENED_BYTES: Final = 1_000_000


class SealedBox:
    """Seals JSON objects under a node key for one named context and a limited time."""

    def __init__(self, key: bytes, *, now: Callable[[], float] = time.time) -> None:
        self._key = key
        self._now = now

    def seal(self, content: Mapping[str, Any], context: str, ttl: timedelta) -> str:
        """URL-safe text without padding. Content is compressed, so that long answers fit a form field."""
        body = {"until": int(self._now() + ttl.total_seconds()), "content": dict(content)}
        packed = zlib.compress(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(), 6)
        return base64.urlsafe_b64encode(encrypt(self._key, packed, _context(context))).rstrip(b"=").decode()

    def open(self, token: str, context: str) -> dict[str, Any]:
        """The content; SEALED_INVALID when it is not ours or of another context, SEALED_EXPIRED when too
        old."""
        try:
            blob = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
            packed = decrypt(self._key, blob, _context(context))
        except (ConcordError, binascii.Error, ValueError):
            raise SEALED_INVALID.error() from None
        # Only what we sealed ourselves gets here, yet a bound on what is unpacked costs nothing.
        body = json.loads(zlib.decompressobj().decompress(packed, MAX_OPENED_BYTES))
        if self._now() > body["until"]:
            raise SEALED_EXPIRED.error()
        content: dict[str, Any] = body["content"]
        return content


def _context(context: str) -> bytes:
    return bound("concord-sealed-v1", context)
