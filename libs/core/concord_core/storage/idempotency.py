"""A request sent twice has one effect: the first answer is kept with its key and given again.

The key row is written in the transaction of the effect. A second request with the same key waits for the first on the
primary key, then reads its answer. Answers hold references and codes only, as every stored answer must: content is
fetched by reference.
"""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import text

from concord_core.errors.codes import IDEMPOTENCY_KEY_REQUIRED, IDEMPOTENCY_KEY_REUSED
from concord_core.storage.work import Work

Answer = tuple[int, dict[str, Any]]


def fingerprint(content: object) -> bytes:
    """A SHA-256 of the content as canonical JSON; tells a repeat from a mistake without keeping the content."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).digest()


def once(work: Work, key: str | None, scope: str, content: object, produce: Callable[[], Answer]) -> Answer:
    """Returns the status and body of the first request with `key` in `scope` (an operation and its record).

    Raises `idempotency_key_required` for a key that is missing or too short, `idempotency_key_reused` when it came with
    another content.
    """
    if key is None or not 8 <= len(key) <= 128:
        raise IDEMPOTENCY_KEY_REQUIRED.error()
    mark = fingerprint(content)
    taken = work.conn.execute(
        text(
            """insert into idempotency_keys (agency, scope, key, fingerprint, status, body)
               values (:agency, :scope, :key, :mark, 0, '{}') on conflict do nothing returning 1"""
        ),
        {"agency": work.owner, "scope": scope, "key": key, "mark": mark},
    ).scalar()
    where = "agency = :agency and scope = :scope and key = :key"
    if taken is None:
        row = work.conn.execute(
            text(f"select fingerprint, status, body from idempotency_keys where {where}"),
            {"agency": work.owner, "scope": scope, "key": key},
        ).one()
        if bytes(row.fingerprint) != mark:
            raise IDEMPOTENCY_KEY_REUSED.error()
        return row.status, row.body
    status, body = produce()
    work.conn.execute(
        text(f"update idempotency_keys set status = :status, body = cast(:body as jsonb) where {where}"),
        {"agency": work.owner, "scope": scope, "key": key, "status": status, "body": json.dumps(body)},
    )
    return status, body
