"""One effect per key; what was asked is kept as a keyed hash that dies with the month's key."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from concord_core.errors import ConcordError
from concord_core.storage import Actor, Database, Login
from concord_core.storage.idempotency import once
from concord_core.vault import FileKeyring, Vault
from tests.support.postgres import Databases

A, B = "unicef", "unhcr"
ANA, BEN = Actor("person", "ana", A), Actor("person", "ben", A)
WORDS = {"narrative": "A short answer", "sex": "female"}
KEY, SCOPE = "key-00001", "things.make"


@dataclass
class House:
    """A database, the keys of two agencies, and what was done so far."""

    app: Database
    owner: Database
    folder: Path
    month: datetime = datetime(2026, 11, 22, tzinfo=UTC)
    made: list[str] = field(default_factory=list)

    @property
    def vault(self) -> Vault:
        """The vault as a process that starts now opens it: nothing is left in memory of keys destroyed before."""
        return Vault(FileKeyring(self.folder, now=lambda: self.month))

    def ask(
        self, content: object = None, *, key: str = KEY, scope: str = SCOPE, actor: Actor = ANA, agency: str = A
    ) -> dict[str, Any]:
        """Makes a thing, unless the request is a repeat."""

        def make() -> dict[str, Any]:
            self.made.append(f"T-{len(self.made)}")
            return {"reference": self.made[-1]}

        with self.app.work(agency, actor=actor) as work:
            return once(work, self.vault, key, scope, WORDS if content is None else content, make)

    def rows(self) -> list[Any]:
        with self.owner.engine.connect() as conn:
            return list(conn.execute(text("select * from idempotency_keys order by created_at")))

    def destroy(self, period: str) -> None:
        (self.folder / A / "periods" / f"{period}.key").unlink()


@pytest.fixture
def house(databases: Databases, tmp_path: Path) -> Iterator[House]:
    settings = databases.fresh("intake", "concord_intake")
    keys = FileKeyring(tmp_path / "keys")
    keys.create()
    for agency in (A, B):
        keys.create_agency(agency)
    app, owner = Database(settings, Login.APP, pool_size=4), Database(settings, Login.OWNER)
    yield House(app, owner, tmp_path / "keys")
    app.close()
    owner.close()


def reused(call: Callable[[], object]) -> None:
    with pytest.raises(ConcordError) as caught:
        call()
    assert caught.value.code == "idempotency_key_reused"


def test_a_repeat_gets_the_first_answer_and_another_content_is_refused(house: House) -> None:
    assert house.ask() == house.ask(dict(reversed(WORDS.items()))) == {"reference": "T-0"}
    reused(lambda: house.ask({**WORDS, "sex": "male"}))
    assert house.made == ["T-0"]


def test_a_key_is_the_callers_own_in_its_operation_and_agency(house: House) -> None:
    made = [house.ask(), house.ask(actor=BEN), house.ask(scope="things.change/T-0"), house.ask(agency=B)]
    assert [one["reference"] for one in made] == ["T-0", "T-1", "T-2", "T-3"]


def test_what_fails_leaves_the_key_free(house: House) -> None:
    def fail() -> dict[str, Any]:
        raise RuntimeError

    with pytest.raises(RuntimeError), house.app.work(A, actor=ANA) as work:
        once(work, house.vault, KEY, SCOPE, WORDS, fail)
    assert house.ask({"another": "content"}) == {"reference": "T-0"}


def test_nothing_that_was_asked_can_be_guessed_from_what_is_kept(house: House) -> None:
    for key in (KEY, "key-00002"):
        house.ask(key=key)
    house.ask(agency=B)
    rows = house.rows()
    plain = hashlib.sha256(json.dumps(WORDS, sort_keys=True).encode()).digest()
    prints = [bytes(row.fingerprint) for row in rows]
    assert plain not in prints
    assert len(set(prints)) == 3, "equal contents do not look equal"
    assert not [row for row in rows if "short answer" in str(row)]
    assert {row.key_period for row in rows} == {"2026-11"}


def test_a_repeat_in_another_month_is_still_a_repeat(house: House) -> None:
    first = house.ask()
    house.month = datetime(2026, 12, 1, tzinfo=UTC)
    assert house.ask() == first


@pytest.mark.parametrize("month", [11, 12])
def test_once_the_months_key_is_destroyed_the_key_is_spent(house: House, month: int) -> None:
    """Also where a new key for the same month stands in its place: the first one's row does not open."""
    house.ask()
    house.destroy("2026-11")
    house.month = datetime(2026, month, 23, tzinfo=UTC)
    house.ask(key="key-00002")
    reused(house.ask)
    assert house.made == ["T-0", "T-1"]


def test_two_at_once_have_one_effect(house: House) -> None:
    answers: list[dict[str, Any]] = []
    threads = [threading.Thread(target=lambda: answers.append(house.ask())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [{"reference": "T-0"}] * 4
    assert house.made == ["T-0"]
