"""The policy table: which operation needs which role, and whose records it may touch. What is not in it is denied."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from concord_core.errors.codes import FORBIDDEN, UNAUTHENTICATED
from concord_core.identity.principal import PEER_ROLE, Principal


class Tenancy(StrEnum):
    """Whose records an operation may touch.

    OWN: a person, records of their agency. SELF: a person, only what concerns themselves. PEER: another service, what
    its acting agency was given. PUBLIC: what is public, or what a receipt opens.
    """

    OWN = "own"
    PEER = "peer"
    PUBLIC = "public"
    SELF = "self"


@dataclass(frozen=True)
class Operation:
    """One thing that can be done.

    `name` is `<service>.<room>.<verb>`; `roles`: one of them is needed; `public`: anybody may, and then there are no
    roles; `purpose`: why data is touched, for the audit entry.
    """

    name: str
    roles: frozenset[str] = frozenset()
    tenancy: Tenancy = Tenancy.OWN
    purpose: str = ""
    public: bool = False

    def __post_init__(self) -> None:
        """Refuses an operation that nobody could do, or that anybody could by mistake."""
        if self.public != (not self.roles):
            raise ValueError(f"{self.name}: either public or with roles")
        if self.public != (self.tenancy is Tenancy.PUBLIC):
            raise ValueError(f"{self.name}: public operations, and only they, have the tenancy PUBLIC")
        if (self.tenancy is Tenancy.PEER) != (self.roles == {PEER_ROLE}):
            raise ValueError(f"{self.name}: the role {PEER_ROLE} alone, and only it, has the tenancy PEER")


class PolicyTable:
    """The operations of one service."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        """Raises ValueError when two operations have one name."""
        self._operations: dict[str, Operation] = {}
        for operation in operations:
            if operation.name in self._operations:
                raise ValueError(f"{operation.name} stands twice in the policy")
            self._operations[operation.name] = operation

    @property
    def operations(self) -> Mapping[str, Operation]:
        """All of them by name."""
        return dict(self._operations)

    def is_public(self, name: str) -> bool:
        """Whether anybody may do it without signing in."""
        operation = self._operations.get(name)
        return operation is not None and operation.public

    def check(self, principal: Principal, name: str) -> None:
        """Returns if `principal` may do `name`; raises UNAUTHENTICATED (not signed in) or FORBIDDEN otherwise."""
        operation = self._operations.get(name)
        if operation is None:
            raise FORBIDDEN.error()
        if operation.public:
            return
        if principal.kind == "public":
            raise UNAUTHENTICATED.error()
        kind = "service" if operation.tenancy is Tenancy.PEER else "person"
        if principal.kind != kind or principal.agency is None or not operation.roles & principal.roles:
            raise FORBIDDEN.error()
