"""Carries out what `concord dlq retry` and `drop` asked for: letters are tried again in the order of their places."""

from __future__ import annotations

from collections.abc import Callable

from concord_core.events import dead_letters
from concord_core.events.dead_letters import Letter, Owner
from concord_core.events.inbox import Inbox
from concord_core.events.model import Fact
from concord_core.events.reasons import UNKNOWN_TYPE
from concord_core.events.records import NotBelieved, UnknownType


def retry_wanted(
    inbox: Inbox,
    owner: Owner,
    retryable: Callable[[BaseException], bool],
    reason_of: Callable[[BaseException], str],
) -> None:
    """Tries every letter that an operator wants tried. A refusal stops those of its aggregate, not the others."""
    while True:
        try:
            with inbox.transaction() as work:
                letter = dead_letters.next_wanted(work.conn, owner)
                if letter is None:
                    return
                [(_, found)] = inbox.believe([letter.record], owner)
                if isinstance(found, NotBelieved):
                    dead_letters.refuse_again(work.conn, letter, "not_believed", found.reason)
                    continue
                if isinstance(found, UnknownType):
                    dead_letters.refuse_again(work.conn, letter, letter.kind, UNKNOWN_TYPE.code)
                    continue
                if letter.kind != "not_believed":
                    inbox.run_again(work, owner, found)
                elif not inbox.apply(work, owner, [(letter.record, found)]):
                    dead_letters.park(work.conn, letter, found)
                    continue
                dead_letters.resolve(work.conn, letter, "retried")
        except Exception as error:
            if retryable(error):
                raise
            _refused_again(inbox, owner, letter, reason_of(error))


def _refused_again(inbox: Inbox, owner: Owner, letter: Letter | None, reason: str) -> None:
    """Writes the refusal down; a fact that came to be believed gets its inbox row, so that later ones wait."""
    if letter is not None:
        [(record, found)] = inbox.believe([letter.record], owner)
        with inbox.transaction() as work:
            if isinstance(found, Fact):
                inbox.set_aside(work, owner, record, found, reason)
            dead_letters.refuse_again(work.conn, letter, "refused", reason)
