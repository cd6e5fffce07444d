"""Events as records and back: CloudEvents 1.0, Kafka binding, binary content mode, signed.

`encode` makes the record of an outbox row. `Reader.believe` decides whether a record is what it claims: which agency
said it, about which aggregate, unaltered. Nothing of a record is trusted before that, and its bytes are never logged.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

from google.protobuf.message import DecodeError, Message
from nacl.bindings import crypto_sign_BYTES, crypto_sign_open
from nacl.exceptions import CryptoError

from concord_core.agreement.domain import PublicKey
from concord_core.errors import ConcordError
from concord_core.events import reasons
from concord_core.events.model import Fact, Headers, Record, StoredRecord
from concord_core.events.signature import SIGNED_HEADERS, signed_bytes
from concord_core.events.topics import parse_topic, topic_name
from concord_core.vault import KeyService

CONTENT_TYPE = "application/protobuf"
SIGNATURE = "concord-signature"
TRACEPARENT = "traceparent"
NAME_LIMIT = 200
"""Characters of an aggregate's or a type's name. A longer one, or one that is no plain text, even signed by its agency,
is what a database or an index might not take: a consumer would stop at it for good."""


@dataclass(frozen=True)
class Event:
    """What the outbox says about one event; `value` are the bytes that were serialised with the change."""

    id: str
    topic: str
    key: str
    type: str
    sequence: int
    agency: str
    time: datetime
    value: bytes
    traceparent: str | None


@dataclass(frozen=True)
class NotBelieved:
    """A record that is set aside; `reason` is a code, nothing of the record is in it."""

    reason: str


@dataclass(frozen=True)
class UnknownType:
    """A believed event of a type without a handler here; its sequence counts all the same."""

    id: str
    type: str
    topic: str
    key: str
    sequence: int


class PublicKeys(Protocol):
    """Where the agreement's keys are looked up."""

    def key(self, kid: str) -> PublicKey:
        """The key, valid or not; ConcordError when there is none."""


def encode(event: Event, keys: KeyService, *, node: str, service: str) -> Record:
    """Signs and frames one event as its agency's. Raises the key service's ConcordError when it cannot sign."""
    kid = keys.signing_kid(event.agency, service)
    headers = {
        "ce_specversion": "1.0",
        "ce_id": event.id,
        "ce_source": f"/{node}/{service}",
        "ce_type": event.type,
        "ce_subject": event.key,
        "ce_time": event.time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "ce_sequence": str(event.sequence),
        "ce_concordagency": event.agency,
        "ce_concordkeyid": kid,
        "content-type": CONTENT_TYPE,
    }
    key = event.key.encode()
    signer, signature = keys.sign(event.agency, service, signed_bytes(event.topic, key, headers, event.value))
    if signer != kid:  # a new key was made between the two calls
        return encode(event, keys, node=node, service=service)
    if event.traceparent:
        headers[TRACEPARENT] = event.traceparent
    headers[SIGNATURE] = base64.b64encode(signature).decode()
    return Record(event.topic, key, event.value, tuple((name, text.encode()) for name, text in headers.items()))


def _texts(headers: Headers) -> dict[str, str] | None:
    """The headers as text, or None when one is not UTF-8, comes twice, or a needed one is missing."""
    try:
        texts = {name: value.decode() for name, value in headers}
    except UnicodeDecodeError:
        return None
    needed = {*SIGNED_HEADERS, SIGNATURE}
    return texts if len(texts) == len(headers) and needed <= texts.keys() else None


class Reader:
    """Turns records into facts of the message types that it knows."""

    def __init__(self, agreement: PublicKeys, types: Iterable[type[Message]]) -> None:
        self._agreement = agreement
        self._types: Mapping[str, type[Message]] = {kind.DESCRIPTOR.full_name: kind for kind in types}

    def believe(self, record: StoredRecord, generation: int = 1) -> Fact | NotBelieved | UnknownType:
        """Checks topic, agency, aggregate, key at the log's append time, signature, then decodes."""
        headers = _texts(record.headers)
        if headers is None:
            return NotBelieved(reasons.MALFORMED_HEADERS.code)
        refused = self._claims(record, headers) or self._signature(record, headers)
        if refused:
            return NotBelieved(refused)
        kind = self._types.get(headers["ce_type"])
        if kind is None:
            return UnknownType(
                headers["ce_id"],
                headers["ce_type"],
                record.topic,
                headers["ce_subject"],
                int(headers["ce_sequence"]),
            )
        message = kind()
        try:
            message.ParseFromString(record.value)
        except DecodeError:
            return NotBelieved(reasons.UNDECODABLE.code)
        return Fact(
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            key=headers["ce_subject"],
            id=headers["ce_id"],
            source=headers["ce_source"],
            type=headers["ce_type"],
            subject=headers["ce_subject"],
            time=datetime.fromisoformat(headers["ce_time"]),
            sequence=int(headers["ce_sequence"]),
            agency=headers["ce_concordagency"],
            message=message,
            traceparent=headers.get(TRACEPARENT),
            appended=record.appended,
            generation=generation,
        )

    def _claims(self, record: StoredRecord, headers: Mapping[str, str]) -> str | None:
        """Why the headers cannot be true of this place; None if they can."""
        name = parse_topic(record.topic)
        if name is None or topic_name(name.service, headers["ce_concordagency"]) != record.topic:
            return reasons.WRONG_AGENCY.code
        if not headers["ce_type"].startswith(f"concord.{name.service}.v1."):
            return reasons.WRONG_SERVICE.code
        if not headers["ce_source"].endswith(f"/{name.service}"):
            return reasons.WRONG_SOURCE.code
        if headers["ce_subject"].encode() != record.key or not record.key:
            return reasons.WRONG_SUBJECT.code
        return _malformed(headers)

    def _signature(self, record: StoredRecord, headers: Mapping[str, str]) -> str | None:
        """Why the signature is not believed; None if it holds."""
        name = parse_topic(record.topic)
        try:
            key = self._agreement.key(headers["ce_concordkeyid"])
        except ConcordError:
            return reasons.UNKNOWN_KEY.code
        if name is None or (key.agency, key.service, key.use) != (name.agency, name.service, "signing"):
            return reasons.WRONG_KEY.code
        if not key.valid(record.appended):
            return reasons.KEY_NOT_VALID.code
        try:
            signature = base64.b64decode(headers[SIGNATURE], validate=True)
            data = signed_bytes(record.topic, record.key, headers, record.value)
            if len(signature) != crypto_sign_BYTES:  # libsodium would take the rest as the beginning of what is signed
                return reasons.BAD_SIGNATURE.code
            crypto_sign_open(signature + data, key.public)
        except (CryptoError, binascii.Error, ValueError):
            return reasons.BAD_SIGNATURE.code
        return None


def _malformed(headers: Mapping[str, str]) -> str | None:
    """Whether version, content type, names, id, time or sequence are not what the binding says."""
    try:
        known = headers["ce_specversion"] == "1.0" and headers["content-type"] == CONTENT_TYPE
        canonical = str(UUID(headers["ce_id"])) == headers["ce_id"]
        aware = datetime.fromisoformat(headers["ce_time"]).tzinfo is not None
        positive = 1 <= int(headers["ce_sequence"]) < 2**31
        named = _is_name(headers["ce_subject"]) and _is_name(headers["ce_type"])
    except ValueError:
        return reasons.MALFORMED_HEADERS.code
    return None if known and canonical and aware and positive and named else reasons.MALFORMED_HEADERS.code


def _is_name(text: str) -> bool:
    return len(text) <= NAME_LIMIT and text.isprintable()


def pack_headers(headers: Headers) -> bytes:
    """Headers as bytes for storage: name and value of each with a 4-byte length before it."""
    parts = [part for name, value in headers for part in (name.encode(), value)]
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def unpack_headers(packed: bytes) -> Headers:
    """The headers that `pack_headers` was given; none for anything else, so that nobody can stop a reader with it."""
    parts: list[bytes] = []
    start = 0
    while start < len(packed):
        end = start + 4 + int.from_bytes(packed[start : start + 4], "big")
        parts.append(packed[start + 4 : end])
        start = end
    try:
        return tuple((name.decode(), value) for name, value in zip(parts[::2], parts[1::2], strict=True))
    except ValueError:
        return ()
