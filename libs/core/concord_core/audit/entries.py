"""Audit entries: who did what with which record, written in the transaction that they prove.

An entry carries a commitment, SHA-256 over a random salt and the entry's canonical text. The commitment is
what a log can publish: erasing salt and text later leaves it, and it says nothing about them.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, Protocol

from sqlalchemy import Connection, text

SALT_BYTES: Final = 32
_LABEL: Final = b"concord-audit-v1\n"


class Acting(Protocol):
    """Who acts; `storage.Actor` is one."""

    @property
    def kind(self) -> str: ...

    @property
    def subject(self) -> str: ...

    @property
    def agency(self) -> str | None: ...


def canonical(
    *,
    agency: str,
    recorded_at: datetime,
    actor: Acting,
    action: str,
    reference: str,
    purpose: str,
    details: Mapping[str, str],
) -> bytes:
    """The entry as the bytes that are committed to: JSON with sorted keys, times in UTC to the
    microsecond."""
    entry = {
        "action": action,
        "actor": {"agency": actor.agency, "kind": actor.kind, "subject": actor.subject},
        "agency": agency,
        "details": dict(details),
        "purpose": purpose,
        "recorded_at": recorded_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "reference": reference,
    }
    return json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def commit(salt: bytes, content: bytes) -> bytes:
    """SHA-256 over label, salt and content."""
    return hashlib.sha256(_LABEL + salt + content).digest()


def append(
    conn: Connection,
    *,
    agency: str,
    actor: Acting,
    action: str,
    reference: str,
    purpose: str = "",
    details: Mapping[str, str] | None = None,
) -> bytes:
    """Writes one entry in the open transaction and gives its commitment (32 bytes).

    `details` hold codes, references and commitments, never personal data.
    """
    recorded_at = datetime.now(UTC)
    kept = dict(details or {})
    content = canonical(
        agency=agency,
        recorded_at=recorded_at,
        actor=actor,
        action=action,
        reference=reference,
        purpose=purpose,
        details=kept,
    )
    salt = secrets.token_bytes(SALT_BYTES)
    commitment = commit(salt, content)
    conn.execute(
        text(
            """insert into audit_entries (agency, recorded_at, actor_kind, actor_subject, actor_agency,
            action,
                                          reference, purpose, details, salt, commitment)
               values (:agency, :recorded_at, :actor_kind, :actor_subject, :actor_agency, :action,
                       :reference, :purpose, cast(:details as jsonb), :salt, :commitment)"""
        ),
        {
            "agency": agency,
            "recorded_at": recorded_at,
            "actor_kind": actor.kind,
            "actor_subject": actor.subject,
            "actor_agency": actor.agency,
            "action": action,
            "reference": reference,
            "purpose": purpose,
            "details": json.dumps(kept),
            "salt": salt,
            "commitment": commitment,
        },
    )
    return commitment
