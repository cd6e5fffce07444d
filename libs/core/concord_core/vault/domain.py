"""Column encryption: what a record's cipher promises, and the names that every value is bound to.

A value is AES-256-GCM under the record's own data key; its associated data are the agency, the kind of the
record, the record and the field, as fixed names (never table names), so that a value moved to another row
or column does not open. A data key is stored wrapped under the agency's key of that month.
"""

import hashlib
import hmac
import os
from dataclasses import dataclass
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from concord_core.vault.errors import UNREADABLE

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
FORMAT: Final = b"\x01"


@dataclass(frozen=True)
class Wrapped:
    """A data key as stored beside its record: the month of the wrapping key (`2026-11`) and the wrapped key.

    Deleting `blob` makes the record unreadable at once.
    """

    period: str
    blob: bytes

    @classmethod
    def of(cls, row: Any) -> "Wrapped":
        """The key in the columns of a record's row."""
        return cls(row.key_period, bytes(row.data_key))

    def columns(self) -> dict[str, Any]:
        """The key as the columns of its record's row."""
        return {"data_key": self.blob, "key_period": self.period}


def bound(*parts: str) -> bytes:
    """Associated data: each part with its length before it, so that no two lists of parts look alike."""
    encoded = [part.encode() for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


def encrypt(key: bytes, plaintext: bytes, associated: bytes) -> bytes:
    """Format byte, random nonce, ciphertext with tag."""
    nonce = os.urandom(NONCE_BYTES)
    return FORMAT + nonce + AESGCM(key).encrypt(nonce, plaintext, associated)


def decrypt(key: bytes, blob: bytes, associated: bytes) -> bytes:
    """What `encrypt` was given; UNREADABLE when key, place or content differ."""
    nonce, body = blob[1 : 1 + NONCE_BYTES], blob[1 + NONCE_BYTES :]
    if blob[:1] != FORMAT or len(nonce) != NONCE_BYTES:
        raise UNREADABLE.error()
    try:
        return AESGCM(key).decrypt(nonce, body, associated)
    except InvalidTag:
        raise UNREADABLE.error() from None


@dataclass(frozen=True)
class RecordCipher:
    """Encrypts and decrypts the fields of one record of one agency."""

    agency: str
    kind: str
    record_id: str
    wrapped: Wrapped
    _key: bytes

    def __repr__(self) -> str:
        return f"RecordCipher({self.kind})"

    def encrypt(self, field: str, value: str) -> bytes:
        """The field's value for its `<field>_enc` column."""
        return encrypt(self._key, value.encode(), self._bound(field))

    def decrypt(self, field: str, blob: bytes) -> str:
        """The field's value; UNREADABLE when it comes from another record or field, or was altered."""
        return decrypt(self._key, blob, self._bound(field)).decode()

    def fingerprint(self, value: str) -> bytes:
        """HMAC-SHA-256 of a value under the record's own key: equal values match, and once the key is gone it says
        nothing. To find a value among all records of an agency there is `Vault.index`."""
        return hmac.digest(self._key, self._bound("fingerprint") + value.encode(), hashlib.sha256)

    def _bound(self, field: str) -> bytes:
        return bound("concord-field-v1", self.agency, self.kind, self.record_id, field)
