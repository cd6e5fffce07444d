"""The house in which these tests happen: see `tests.support.assistance`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from concord_core.codes import CodeLists
from concord_core.storage import Database, Login
from concord_core.vault import FileKeyring, Vault
from concord_victim_assistance.config import Limits
from concord_victim_assistance.persons.handlers import HandoverHandlers
from concord_victim_assistance.referrals.courier import Courier, Opening
from concord_victim_assistance.referrals.handlers import ReferralHandlers
from concord_victim_assistance.rooms import furnish
from tests.support.assistance import NODE, FakeOwners, House, make_agreement
from tests.support.postgres import Databases


@pytest.fixture(scope="session")
def codes() -> CodeLists:
    return CodeLists.load()


@pytest.fixture
def house(databases: Databases, codes: CodeLists, tmp_path: Path) -> Iterator[House]:
    settings = databases.fresh("assistance", "concord_victim_assistance")
    owner_db, app, consume = (Database(settings, login) for login in (Login.OWNER, Login.APP, Login.CONSUME))
    with owner_db.engine.begin() as conn:
        conn.execute(
            text(
                """create function all_facts() returns setof outbox language sql security definer
                   as 'select * from outbox order by seq'"""
            )
        )
    keyring = FileKeyring(tmp_path / "keys")
    agreement = make_agreement(keyring)
    rooms = furnish(Vault(keyring), codes, agreement, Limits())
    owners = FakeOwners(app, rooms)
    yield House(
        agreement,
        keyring,
        app,
        consume,
        rooms,
        owners,
        Opening(app, owners, rooms.recipient),
        Courier(NODE, agreement, consume, owners, rooms.recipient),
        (
            ReferralHandlers(agreement, rooms.owner, rooms.recipient).subscription(),
            HandoverHandlers(rooms.persons, rooms.owner).subscription(),
        ),
    )
    for database in (owner_db, app, consume):
        database.close()
