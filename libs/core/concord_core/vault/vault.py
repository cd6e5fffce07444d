"""Ciphers for the records of hosted agencies, and keyed hashes to find encrypted values again."""

import hashlib
import hmac
import os

from concord_core.vault.domain import KEY_BYTES, RecordCipher, Wrapped
from concord_core.vault.keys import KeyService


class Vault:
    """Makes record ciphers from a node's keys."""

    def __init__(self, keys: KeyService) -> None:
        self._keys = keys

    def new_record(self, agency: str, kind: str, record_id: str) -> RecordCipher:
        """A cipher with a fresh data key; store its `wrapped` with the record."""
        key = os.urandom(KEY_BYTES)
        return RecordCipher(agency, kind, record_id, self._keys.wrap(agency, key), key)

    def record(self, agency: str, kind: str, record_id: str, wrapped: Wrapped) -> RecordCipher:
        """The cipher of a stored record; UNREADABLE or KEY_MISSING when its key is gone."""
        return RecordCipher(agency, kind, record_id, wrapped, self._keys.unwrap(agency, wrapped))

    def index(self, agency: str, purpose: str, value: str) -> bytes:
        """HMAC-SHA-256 of a value under the agency's index key: equal values match, nothing else shows."""
        return hmac.digest(self._keys.index_key(agency, purpose), value.encode(), hashlib.sha256)
