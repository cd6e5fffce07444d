"""The published vectors hold, and every part of an event is under its signature."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from concord.intake.v1.events_pb2 import CaseClosed
from concord_core.agreement import PublicKey
from concord_core.agreement.errors import UNKNOWN_KEY
from concord_core.events.model import Fact, StoredRecord
from concord_core.events.records import NotBelieved, Reader, pack_headers, unpack_headers
from concord_core.events.signature import SIGNED_HEADERS, signed_bytes

VECTORS = json.loads(Path(__file__).resolve().parents[4].joinpath("proto/vectors/events.json").read_text())
APPENDED = datetime(2026, 3, 1, 12, 0, 1, tzinfo=UTC)


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["comment"])
def test_vector(vector: dict[str, str]) -> None:
    headers: dict[str, str] = vector["headers"]  # type: ignore[assignment]
    value = bytes.fromhex(vector["value_hex"])
    data = signed_bytes(vector["topic"], vector["key"].encode(), headers, value)
    assert data.hex() == vector["signed_hex"]
    signature = base64.b64decode(vector["signature_base64"])
    Ed25519PublicKey.from_public_bytes(bytes.fromhex(VECTORS["public_key_hex"])).verify(signature, data)
    own = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(VECTORS["private_key_hex"]))
    assert own.sign(data) == signature


class OneKey:
    """An agreement that knows the vectors' key."""

    def __init__(self) -> None:
        kid, public = VECTORS["vectors"][0]["headers"]["ce_concordkeyid"], bytes.fromhex(VECTORS["public_key_hex"])
        start = APPENDED - timedelta(days=1)
        self.known = PublicKey(kid, "unicef", "intake", "signing", public, start, start + timedelta(days=2))

    def key(self, kid: str) -> PublicKey:
        if kid != self.known.kid:
            raise UNKNOWN_KEY.error()
        return self.known


def stored(vector: dict[str, str]) -> StoredRecord:
    texts = {**vector["headers"], "concord-signature": vector["signature_base64"]}  # type: ignore[dict-item]
    headers = tuple((name, text.encode()) for name, text in texts.items())
    value = bytes.fromhex(vector["value_hex"])
    return StoredRecord(vector["topic"], 0, 0, vector["key"].encode(), value, headers, APPENDED)


def test_a_reader_believes_the_vectors() -> None:
    reader = Reader(OneKey(), [CaseClosed])
    for vector in VECTORS["vectors"]:
        fact = reader.believe(stored(vector), 3)
        assert isinstance(fact, Fact)
        assert (fact.agency, fact.key, fact.generation) == ("unicef", vector["key"], 3)
    first = reader.believe(stored(VECTORS["vectors"][0]))
    assert isinstance(first, Fact)
    assert first.message == CaseClosed(reason="resolved", closed_date="2026-03-01")


@pytest.mark.parametrize("name", [*SIGNED_HEADERS, "concord-signature"])
def test_no_header_can_be_changed(name: str) -> None:
    record = stored(VECTORS["vectors"][0])
    changed = tuple((n, v[:-1] + bytes([v[-1] ^ 1]) if n == name else v) for n, v in record.headers)
    assert isinstance(Reader(OneKey(), [CaseClosed]).believe(replace(record, headers=changed)), NotBelieved)


@pytest.mark.parametrize("moved", [-64, -1, 1, 64])
def test_a_signature_of_another_length_is_none(moved: int) -> None:
    record = stored(VECTORS["vectors"][0])
    signature = base64.b64decode(VECTORS["vectors"][0]["signature_base64"])
    signature = signature[:moved] if moved < 0 else signature + b"\0" * moved
    text = base64.b64encode(signature)
    changed = tuple((name, text if name == "concord-signature" else value) for name, value in record.headers)
    found = Reader(OneKey(), [CaseClosed]).believe(replace(record, headers=changed))
    assert found == NotBelieved("bad_signature")


def test_the_trace_context_is_not_signed() -> None:
    record = stored(VECTORS["vectors"][0])
    traced = replace(record, headers=(*record.headers, ("traceparent", b"00-" + b"1" * 32 + b"-" + b"2" * 16 + b"-01")))
    assert isinstance(Reader(OneKey(), [CaseClosed]).believe(traced), Fact)


@given(value=st.binary(max_size=40), key=st.binary(max_size=20), headers=st.lists(st.tuples(st.text(), st.binary())))
def test_no_bytes_make_the_reader_fail(value: bytes, key: bytes, headers: list[tuple[str, bytes]]) -> None:
    record = StoredRecord("concord.intake.unicef.v1", 0, 0, key, value, tuple(headers), APPENDED)
    assert isinstance(Reader(OneKey(), [CaseClosed]).believe(record), NotBelieved)


@given(name=st.sampled_from([*SIGNED_HEADERS, "concord-signature"]), text=st.binary(max_size=60))
def test_no_header_value_makes_the_reader_fail_or_believe(name: str, text: bytes) -> None:
    record = stored(VECTORS["vectors"][0])
    changed = tuple((n, text if n == name else v) for n, v in record.headers)
    found = Reader(OneKey(), [CaseClosed]).believe(replace(record, headers=changed))
    assert isinstance(found, NotBelieved) or changed == record.headers


@given(st.lists(st.tuples(st.text(max_size=10), st.binary(max_size=20))))
def test_headers_are_stored_whole(headers: list[tuple[str, bytes]]) -> None:
    assert unpack_headers(pack_headers(tuple(headers))) == tuple(headers)


@given(st.binary(max_size=60))
def test_no_bytes_stop_a_reader_of_headers(packed: bytes) -> None:
    assert all(isinstance(name, str) for name, _ in unpack_headers(packed))
