"""A request sent twice has one effect: the first answer is kept with its key and given again.

The key row is written in the transaction of the effect. A second request with the same key waits for the first on the
primary key, then reads its answer. Answers hold references and codes only, as every stored answer must: content is
fetched by reference. Keys are the caller's own: two people who choose the same one never meet.

What was asked is remembered as a keyed hash only, under a data key of its own that the owner agency's period key wraps
like that of a record: a report's words could otherwise be guessed from it. Nobody wraps it anew when the month's key is
about to be destroyed, so that it says nothing any more once the agency has let go of that month. From then on the key
is spent: a late repeat cannot be told from another request, and is refused rather than done a second time.
"""

import hmac
import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import Row, text

from concord_core.errors import ConcordError
from concord_core.errors.codes import IDEMPOTENCY_KEY_REUSED
from concord_core.storage.work import Work
from concord_core.vault import Vault, Wrapped
from concord_core.vault.errors import KEY_MISSING, UNREADABLE

KIND = "request"
Body = dict[str, Any]


def is_key(text: str) -> bool:
    """Whether this can be an idempotency key: 8 to 128 characters."""
    return 8 <= len(text) <= 128


def once(work: Work, vault: Vault, key: str, scope: str, content: object, produce: Callable[[], Body]) -> Body:
    """Returns the body that the caller's first request with `key` in `scope` (an operation and its record) produced.

    `content` is everything that was asked, as JSON values. Raises `idempotency_key_reused` when the key came with other
    content, or so long ago that nobody can tell.
    """
    asked = json.dumps(content, sort_keys=True)
    whole = f"{scope} by {work.actor.subject}"
    place = {"agency": work.owner, "scope": whole, "key": key}
    cipher = vault.new_record(work.owner, KIND, f"{whole} {key}")
    taken = work.conn.execute(
        text(
            """insert into idempotency_keys (agency, scope, key, fingerprint, data_key, key_period, body)
               values (:agency, :scope, :key, :fingerprint, :data_key, :key_period, '{}')
               on conflict do nothing returning 1"""
        ),
        {
            **place,
            "fingerprint": cipher.fingerprint(asked),
            **cipher.wrapped.columns(),
        },
    ).scalar()
    where = "agency = :agency and scope = :scope and key = :key"
    if taken is None:
        first = work.conn.execute(text(f"select * from idempotency_keys where {where}"), place).one()
        if not _same(vault, first, asked):
            raise IDEMPOTENCY_KEY_REUSED.error()
        kept: Body = first.body
        return kept
    body = produce()
    work.conn.execute(
        text(f"update idempotency_keys set body = cast(:body as jsonb) where {where}"),
        {**place, "body": json.dumps(body)},
    )
    return body


def _same(vault: Vault, first: Row[Any], asked: str) -> bool:
    wrapped = Wrapped.of(first)
    try:
        cipher = vault.record(first.agency, KIND, f"{first.scope} {first.key}", wrapped)
    except ConcordError as error:
        if error.code in (KEY_MISSING.code, UNREADABLE.code):
            return False
        raise
    return hmac.compare_digest(cipher.fingerprint(asked), bytes(first.fingerprint))
