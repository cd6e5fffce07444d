"""One transaction of a service: who acts, for which agency, and what it leaves for others.

Events and audit entries are written in the same transaction as the change that they tell of.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from google.protobuf.message import Message
from sqlalchemy import Connection

from concord_core.audit import append as append_audit
from concord_core.events import outbox


@dataclass(frozen=True)
class Actor:
    """Who acts. `subject` is an opaque id, never a name."""

    kind: Literal["person", "service", "public", "job"]
    subject: str
    agency: str | None = None


@dataclass
class Work:
    """An open transaction. `agency` is set in the database for row-level security; without it no tenant row is seen."""

    conn: Connection
    agency: str | None
    actor: Actor
    _after: list[Callable[[], None]] = field(default_factory=list)

    @property
    def owner(self) -> str:
        """The agency of this work; raises `RuntimeError` where none was set, which is a mistake in the code."""
        if self.agency is None:
            raise RuntimeError("this work has no agency")
        return self.agency

    def emit(self, service: str, aggregate: str, sequence: int, message: Message, *, agency: str | None = None) -> str:
        """Puts a fact about `aggregate` (its key), its `sequence`-th, into the outbox; returns the event's id."""
        return outbox.append(
            self.conn,
            service=service,
            agency=agency or self.owner,
            aggregate=aggregate,
            sequence=sequence,
            message=message,
        )

    def audit(
        self, action: str, reference: str, *, purpose: str = "", details: Mapping[str, str] | None = None
    ) -> None:
        """Writes an audit entry; `details` holds codes and references, never personal data."""
        append_audit(
            self.conn,
            agency=self.owner,
            actor=self.actor,
            action=action,
            reference=reference,
            purpose=purpose,
            details=dict(details or {}),
        )

    def on_commit(self, action: Callable[[], None]) -> None:
        """Runs `action` once the transaction is committed; not at all if it fails."""
        self._after.append(action)

    def committed(self) -> None:
        """Called by `Database.work` after the commit."""
        for action in self._after:
            action()
