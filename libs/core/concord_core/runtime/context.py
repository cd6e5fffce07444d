"""What a running service's parts are built from: settings, agreement, keys, databases, peers.

Built once per process; each part is made when it is first asked for, so that a role opens only what it uses.
"""

from functools import cached_property

from concord_core.agreement import Agreement
from concord_core.codes import CodeLists
from concord_core.config import ServiceSettings
from concord_core.events.engines import open_log
from concord_core.events.log import EventLog
from concord_core.identity import PolicyTable, ServiceTokens
from concord_core.identity.parts import IdentityParts, identity_parts
from concord_core.rpc import Peers
from concord_core.storage import Database, Login
from concord_core.vault import FileKeyring, KeyService, Vault
from concord_core.web.rest import OwnAgency


class Context:
    """The parts that the core gives to the service `name`; `settings` is the service's own class."""

    def __init__(self, name: str, settings: ServiceSettings, policy: PolicyTable, staff_prefix: str) -> None:
        self.name = name
        self.settings = settings
        self.policy = policy
        self.staff_prefix = staff_prefix

    @cached_property
    def agreement(self) -> Agreement:
        """The signed agreement, checked against the pinned operator's key; a lower version than one seen is refused."""
        settings = self.settings
        memory = settings.keyring / f"agreement.{self.name}.seen"
        return Agreement.load(settings.agreement, settings.operator_key, memory=memory)

    @cached_property
    def keys(self) -> KeyService:
        """The node's keys."""
        return FileKeyring(self.settings.keyring)

    @cached_property
    def vault(self) -> Vault:
        """Encryption of records."""
        return Vault(self.keys)

    @cached_property
    def codes(self) -> CodeLists:
        """The published code lists."""
        return CodeLists.load()

    def database(self, login: Login) -> Database:
        """A pool of its own under `login`."""
        return Database(self.settings.database, login)

    @cached_property
    def app_db(self) -> Database:
        """The database as HTTP and gRPC use it."""
        return self.database(Login.APP)

    @cached_property
    def consume_db(self) -> Database:
        """The database as consumers and jobs use it."""
        return self.database(Login.CONSUME)

    @cached_property
    def public_db(self) -> Database:
        """The database as pages without sign-in use it."""
        return self.database(Login.PUBLIC)

    @cached_property
    def own(self) -> OwnAgency:
        """Transactions for the agency of whoever asks by HTTP."""
        return OwnAgency(self.app_db, self.vault)

    @cached_property
    def identity(self) -> IdentityParts:
        """Verifier, sessions and tokens."""
        return identity_parts(self.settings, self.agreement, self.keys, self.app_db, self.policy, self.staff_prefix)

    @cached_property
    def tokens(self) -> ServiceTokens:
        """This service's own tokens, for the event log and for peers."""
        return ServiceTokens(self.settings.identity)

    @cached_property
    def peers(self) -> Peers:
        """Other agencies' services, at the agreement's addresses."""
        return Peers(self.settings, self.agreement, self.tokens)

    def open_log(self) -> EventLog:
        """A new connection to the event log; each thread that uses one opens its own."""
        return open_log(self.settings, lambda: self.tokens.token("kafka"))
