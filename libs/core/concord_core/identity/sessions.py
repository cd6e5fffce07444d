"""Staff sessions as rows of the service's own database: found by hashes, content encrypted with a node key.

A session ends after 30 idle minutes, eight hours after its sign-in, at sign-out, or when the issuer says so.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, text

from concord_core.errors import ConcordError
from concord_core.identity.principal import Principal
from concord_core.storage import Actor, Database
from concord_core.values import Hidden
from concord_core.vault import KeyService
from concord_core.vault.domain import bound, decrypt, encrypt

IDLE: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=8)
TOUCH_EVERY: Final = timedelta(seconds=30)
_JOB: Final = Actor("job", "sessions")


@dataclass(frozen=True, repr=False)
class Session(Hidden):
    """A signed-in person. `access_token` is for calls that a page makes as this person (the front's `/work` does)."""

    id_hash: bytes
    principal: Principal
    access_token: str
    access_ends: datetime
    refresh_token: str


class SessionStore:
    """The sessions of one service. Every method is one transaction."""

    def __init__(
        self, database: Database, keys: KeyService, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._content_key = keys.node_key("staff-session-content")
        self._index_key = keys.node_key("staff-session-index")
        self._now = now

    def create(self, session: Session, issuer_session: str | None) -> tuple[str, Session]:
        """Stores a new session under a fresh random id: `(cookie value, session)`. Ended ones are swept away."""
        value = secrets.token_urlsafe(32)
        stored = replace(session, id_hash=_id_hash(value))
        now = self._now()
        with self._database.work(None, actor=_JOB) as work:
            work.conn.execute(
                text("delete from sessions where ends_at <= :now or seen_at <= :idle"),
                {"now": now, "idle": now - IDLE},
            )
            work.conn.execute(
                text(
                    """insert into sessions (id_hash, issuer_session_hash, subject_hash, content_enc,
                                             started_at, seen_at, ends_at)
                       values (:id_hash, :issuer_session, :subject, :content, :now, :now, :ends)"""
                ),
                {
                    "id_hash": stored.id_hash,
                    "issuer_session": self._index("session", issuer_session) if issuer_session else None,
                    "subject": self._index("subject", stored.principal.subject),
                    "content": self._sealed(stored),
                    "now": now,
                    "ends": now + LONGEST,
                },
            )
        return value, stored

    def find(self, cookie: str) -> Session | None:
        """The living session of a cookie; its idle time starts again."""
        id_hash, now = _id_hash(cookie), self._now()
        with self._database.work(None, actor=_JOB) as work:
            row = work.conn.execute(
                text("select content_enc, seen_at, ends_at from sessions where id_hash = :id_hash"),
                {"id_hash": id_hash},
            ).one_or_none()
            if row is None or row.ends_at <= now or row.seen_at <= now - IDLE:
                return None
            if row.seen_at <= now - TOUCH_EVERY:
                work.conn.execute(
                    text("update sessions set seen_at = :now where id_hash = :id_hash"),
                    {"now": now, "id_hash": id_hash},
                )
        return self._opened(id_hash, bytes(row.content_enc))

    def renew(self, session: Session, change: Callable[[Session], Session]) -> Session | None:
        """Replaces what a session holds, one request at a time; `None` when it ended meanwhile.

        `change` gets the newest content, which another request may have renewed already, and may raise.
        """
        with self._database.work(None, actor=_JOB) as work:
            content = work.conn.execute(
                text("select content_enc from sessions where id_hash = :id_hash for update"),
                {"id_hash": session.id_hash},
            ).scalar()
            current = self._opened(session.id_hash, bytes(content)) if content is not None else None
            if current is None:
                return None
            changed = change(current)
            if changed is not current:
                work.conn.execute(
                    text("update sessions set content_enc = :content where id_hash = :id_hash"),
                    {"content": self._sealed(changed), "id_hash": session.id_hash},
                )
            return changed

    def end(self, id_hash: bytes) -> None:
        """Ends one session."""
        with self._database.work(None, actor=_JOB) as work:
            work.conn.execute(text("delete from sessions where id_hash = :id_hash"), {"id_hash": id_hash})

    def end_cookie(self, cookie: str) -> None:
        """Ends the session of a cookie, living or not."""
        self.end(_id_hash(cookie))

    def end_by_issuer(self, token_id: str, token_ends: datetime, session: str | None, subject: str | None) -> bool:
        """Ends the issuer's session here, or all of a subject's; False if that logout token was used before."""
        used = self._index("logout", token_id)
        with self._database.work(None, actor=_JOB) as work:
            work.conn.execute(text("delete from logout_tokens where ends_at <= :now"), {"now": self._now()})
            if not _first_use(work.conn, used, token_ends):
                return False
            if session is not None:
                work.conn.execute(
                    text("delete from sessions where issuer_session_hash = :hash"),
                    {"hash": self._index("session", session)},
                )
            elif subject is not None:
                work.conn.execute(
                    text("delete from sessions where subject_hash = :hash"), {"hash": self._index("subject", subject)}
                )
        return True

    def _index(self, kind: str, value: str) -> bytes:
        return hmac.digest(self._index_key, bound(kind, value), hashlib.sha256)

    def _sealed(self, session: Session) -> bytes:
        principal = session.principal
        content = {
            "subject": principal.subject,
            "agency": principal.agency,
            "roles": sorted(principal.roles),
            "name": principal.name,
            "access_token": session.access_token,
            "access_ends": session.access_ends.timestamp(),
            "refresh_token": session.refresh_token,
        }
        return encrypt(self._content_key, json.dumps(content).encode(), _place(session.id_hash))

    def _opened(self, id_hash: bytes, blob: bytes) -> Session | None:
        try:
            content: dict[str, Any] = json.loads(decrypt(self._content_key, blob, _place(id_hash)))
        except ConcordError:
            return None  # sealed under another node key: as good as no session
        principal = Principal(
            kind="person",
            subject=content["subject"],
            agency=content["agency"],
            roles=frozenset(content["roles"]),
            name=content["name"],
        )
        ends = datetime.fromtimestamp(content["access_ends"], UTC)
        return Session(id_hash, principal, content["access_token"], ends, content["refresh_token"])


def _id_hash(cookie: str) -> bytes:
    return hashlib.sha256(cookie.encode()).digest()


def _place(id_hash: bytes) -> bytes:
    return bound("concord-session-v1", id_hash.hex())


def _first_use(conn: Connection, token_hash: bytes, ends: datetime) -> bool:
    statement = (
        "insert into logout_tokens (token_hash, ends_at) values (:hash, :ends) on conflict do nothing returning 1"
    )
    return conn.execute(text(statement), {"hash": token_hash, "ends": ends}).scalar() is not None
