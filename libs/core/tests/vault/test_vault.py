"""Column ciphers, the keyring and sealed fields: what opens where it belongs opens nowhere else."""

import base64
import os
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concord_core.errors import ConcordError
from concord_core.vault import FileKeyring, RecordCipher, SealedBox, Vault, Wrapped
from concord_core.vault.errors import KEY_MISSING, SEALED_EXPIRED, SEALED_INVALID, UNREADABLE


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 11, 22, tzinfo=UTC))


@pytest.fixture
def keyring(tmp_path: Path, clock: Clock) -> FileKeyring:
    made = FileKeyring(tmp_path / "keyring", now=clock)
    made.create()
    for agency in ("unicef", "unhcr"):
        made.create_agency(agency)
    return made


@pytest.fixture
def cipher(keyring: FileKeyring) -> RecordCipher:
    return Vault(keyring).new_record("unicef", "case", "C-1")


def refused(code: str, call: Callable[[], object]) -> None:
    with pytest.raises(ConcordError) as caught:
        call()
    assert caught.value.code == code


def test_a_stored_record_is_read_again(keyring: FileKeyring, cipher: RecordCipher) -> None:
    blob = cipher.encrypt("narrative", "ما حدث · 何があった")
    again = Vault(keyring).record("unicef", "case", "C-1", Wrapped("2026-11", cipher.wrapped.blob))
    assert again.decrypt("narrative", blob) == "ما حدث · 何があった"
    assert b"narrative" not in blob


def test_a_fingerprint_knows_its_value_and_no_other_record(keyring: FileKeyring, cipher: RecordCipher) -> None:
    again = Vault(keyring).record("unicef", "case", "C-1", cipher.wrapped)
    assert again.fingerprint("Ana") == cipher.fingerprint("Ana") != cipher.fingerprint("ana")
    other = Vault(keyring).new_record("unicef", "case", "C-1")
    assert other.fingerprint("Ana") != cipher.fingerprint("Ana")


def test_equal_values_do_not_look_equal(cipher: RecordCipher) -> None:
    assert cipher.encrypt("name", "Ana") != cipher.encrypt("name", "Ana")


@pytest.mark.parametrize(
    ("agency", "kind", "record"), [("unicef", "case", "C-2"), ("unicef", "person", "C-1"), ("unhcr", "case", "C-1")]
)
def test_a_value_moved_to_another_row_does_not_open(
    keyring: FileKeyring, cipher: RecordCipher, agency: str, kind: str, record: str
) -> None:
    blob = cipher.encrypt("name", "Ana")
    moved = replace(cipher, agency=agency, kind=kind, record_id=record)
    refused(UNREADABLE.code, lambda: moved.decrypt("name", blob))
    refused(UNREADABLE.code, lambda: cipher.decrypt("narrative", blob))


def test_an_altered_value_does_not_open(cipher: RecordCipher) -> None:
    blob = cipher.encrypt("name", "Ana")
    for position in range(len(blob)):
        altered = blob[:position] + bytes([blob[position] ^ 1]) + blob[position + 1 :]
        refused(UNREADABLE.code, partial(cipher.decrypt, "name", altered))
    for length in (0, 1, 12, 13, len(blob) - 1):
        refused(UNREADABLE.code, partial(cipher.decrypt, "name", blob[:length]))


def test_a_data_key_serves_only_its_agency_and_month(keyring: FileKeyring, cipher: RecordCipher, clock: Clock) -> None:
    keyring.wrap("unhcr", os.urandom(32))
    refused(UNREADABLE.code, lambda: keyring.unwrap("unhcr", cipher.wrapped))
    clock.at = datetime(2026, 12, 1, tzinfo=UTC)
    later = keyring.wrap("unicef", os.urandom(32))
    assert later.period == "2026-12"
    refused(UNREADABLE.code, lambda: keyring.unwrap("unicef", Wrapped("2026-12", cipher.wrapped.blob)))


def test_without_its_period_key_a_record_is_gone(tmp_path: Path, cipher: RecordCipher) -> None:
    (tmp_path / "keyring" / "unicef" / "periods" / "2026-11.key").unlink()
    vault = Vault(FileKeyring(tmp_path / "keyring"))
    refused(KEY_MISSING.code, lambda: vault.record("unicef", "case", "C-1", cipher.wrapped))


def test_an_agency_that_is_not_hosted_gets_no_keys(keyring: FileKeyring) -> None:
    refused(KEY_MISSING.code, lambda: keyring.wrap("wfp", os.urandom(32)))
    refused(KEY_MISSING.code, lambda: keyring.index_key("wfp", "receipt"))
    refused(KEY_MISSING.code, lambda: keyring.sign("unicef", "intake", b"nothing"))


@pytest.mark.parametrize("period", ["../index", "../../node", "/etc/hostname", "2026-11/../../index"])
def test_names_do_not_climb_out_of_their_folder(keyring: FileKeyring, period: str) -> None:
    keyring.wrap("unicef", os.urandom(32))
    with pytest.raises(ConcordError):
        keyring.unwrap("unicef", Wrapped(period, b"\x01" + bytes(60)))


@pytest.mark.parametrize(
    "kid", ["", "unicef", "../../etc.x.sealing.a.b", "unicef.intake.signing.a.b", "a.b.sealing.c.d"]
)
def test_unknown_key_ids_open_nothing(keyring: FileKeyring, kid: str) -> None:
    refused(KEY_MISSING.code, lambda: keyring.unseal_key(kid))


def test_only_the_owner_of_the_process_can_read_keys(tmp_path: Path, keyring: FileKeyring, clock: Clock) -> None:
    keyring.create_key("unicef", "intake", "signing")
    keyring.wrap("unicef", os.urandom(32))
    for path in (tmp_path / "keyring").rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path
    assert stat.S_IMODE((tmp_path / "keyring").stat().st_mode) == 0o700


def test_the_newest_signing_key_signs(keyring: FileKeyring, clock: Clock) -> None:
    first, _ = keyring.create_key("unicef", "intake", "signing")
    assert keyring.signing_kid("unicef", "intake") == first
    clock.at += timedelta(days=1)
    second, _ = keyring.create_key("unicef", "intake", "signing")
    assert keyring.signing_kid("unicef", "intake") == second
    assert keyring.sign("unicef", "intake", b"x")[0] == second


def test_index_keys_differ_by_agency_and_purpose_and_stay(tmp_path: Path, keyring: FileKeyring) -> None:
    keys = {keyring.index_key(agency, purpose) for agency in ("unicef", "unhcr") for purpose in ("receipt", "staff")}
    assert len(keys) == 4
    assert FileKeyring(tmp_path / "keyring").index_key("unicef", "receipt") == keyring.index_key("unicef", "receipt")
    vault = Vault(keyring)
    assert vault.index("unicef", "receipt", "abc") == vault.index("unicef", "receipt", "abc")
    assert vault.index("unicef", "receipt", "abc") != vault.index("unhcr", "receipt", "abc")


def _wrap_once(folder: str) -> bytes:
    keyring = FileKeyring(Path(folder))
    wrapped = keyring.wrap("unicef", b"k" * 32)
    return wrapped.blob


def test_processes_that_start_a_month_together_agree_on_its_key(tmp_path: Path) -> None:
    folder = tmp_path / "keyring"
    keyring = FileKeyring(folder)
    keyring.create()
    keyring.create_agency("unicef")
    with get_context("fork").Pool(4) as pool:
        blobs = pool.map(_wrap_once, [str(folder)] * 8)
    period = datetime.now(UTC).strftime("%Y-%m")
    assert {keyring.unwrap("unicef", Wrapped(period, blob)) for blob in blobs} == {b"k" * 32}
    assert not list(folder.rglob(".*"))


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=200), max_size=5))
def test_sealed_fields_carry_any_text(content: dict[str, str]) -> None:
    box = SealedBox(b"k" * 32)
    assert box.open(box.seal(content, "report", timedelta(hours=2)), "report") == content


def test_a_sealed_field_serves_one_page_for_a_time() -> None:
    now = [1000.0]
    box = SealedBox(b"k" * 32, now=lambda: now[0])
    token = box.seal({"answer": "yes"}, "report", timedelta(hours=2))
    assert "yes" not in base64.urlsafe_b64decode(token + "==").decode("latin-1")
    refused(SEALED_INVALID.code, lambda: box.open(token, "follow-up"))
    refused(SEALED_INVALID.code, lambda: SealedBox(b"j" * 32).open(token, "report"))
    now[0] += 7201
    refused(SEALED_EXPIRED.code, lambda: box.open(token, "report"))


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_a_forged_sealed_field_is_refused(token: str) -> None:
    refused(SEALED_INVALID.code, lambda: SealedBox(b"k" * 32).open(token, "report"))
