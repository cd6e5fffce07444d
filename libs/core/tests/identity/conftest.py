"""The exchange and the service at which staff sign in."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from concord_core.config import DatabaseSettings
from concord_core.identity import Gate
from concord_core.identity.provider import JwksCache, Provider
from concord_core.identity.sessions import SessionStore
from concord_core.identity.signin import signin_router
from concord_core.identity.staff import StaffSessions
from concord_core.identity.tokens import ClientProof
from concord_core.identity.verifier import TokenVerifier
from concord_core.storage import Database, Login
from concord_core.vault import SealedBox
from concord_core.web import create_app
from tests.support.postgres import Databases
from tests.support.serving import served_at
from tests.support.signin import CLIENT, POLICY, Clock, Service, routes
from tests.support.trust import TrustWorld, trust_world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrustWorld]:
    with trust_world(tmp_path_factory.mktemp("trust")) as made:
        yield made


@pytest.fixture(scope="module")
def settings_of_database(databases: Databases) -> DatabaseSettings:
    return databases.fresh("intake", "concord_intake")


@pytest.fixture
def service(world: TrustWorld, settings_of_database: DatabaseSettings) -> Iterator[Service]:
    settings = world.settings(CLIENT, database=settings_of_database)
    database, keys, clock = Database(settings_of_database, Login.APP), world.keyring(), Clock()
    with database.engine.begin() as conn:
        conn.execute(text("delete from sessions"))
    provider = Provider(world.issuer)
    verifier = TokenVerifier(world.issuer, CLIENT, JwksCache(provider), world.agreement, "hub")
    store = SessionStore(database, keys, now=clock)
    staff = StaffSessions(
        settings,
        name="intake",
        prefix="/cases",
        store=store,
        box=SealedBox(keys.node_key("staff-signin")),
        verifier=verifier,
        provider=provider,
        proof=ClientProof(settings.identity),
        now=clock,
    )
    routers = [signin_router(staff), routes()]
    app = create_app("intake", settings=settings, routers=routers, policy=POLICY, packages=(), staff_prefix="/cases")
    Gate(POLICY, verifier, staff).install(app)
    with served_at(app, world.nodes["hub"].gateway) as origin:
        yield Service(world, app, origin, store, staff, clock, database)
    database.close()
