"""Who is asking, as the services know them: never more than an opaque id, an agency and roles."""

from dataclasses import dataclass, field
from typing import Final, Literal

from concord_core.storage import Actor

PEER_ROLE: Final = "peer"


@dataclass(frozen=True)
class Principal:
    """A person, a service or the public, as a verified token says.

    `subject` is an opaque id. `agency` is the person's, or the one for which a calling service acts. `name` is for the
    top bar of the person's own pages only and takes no part in comparisons or texts.
    """

    kind: Literal["person", "service", "public"]
    subject: str
    agency: str | None
    roles: frozenset[str]
    node: str | None = None
    name: str = field(default="", repr=False, compare=False)

    @property
    def actor(self) -> Actor:
        """The same for a transaction and its audit entries."""
        return Actor(kind=self.kind, subject=self.subject, agency=self.agency)

    @property
    def own_agency(self) -> str:
        """The agency of somebody whom the policy let through; raises RuntimeError for the public, a mistake in code."""
        if self.agency is None:
            raise RuntimeError("this principal has no agency")
        return self.agency


PUBLIC: Final = Principal(kind="public", subject="public", agency=None, roles=frozenset())
"""Everybody who did not sign in."""
