"""How often a code may be tried. Kept in memory, by locator: no address of a reporter is ever looked at or stored."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from concord_core.errors import ConcordError
from concord_core.errors.codes import TOO_MANY_REQUESTS

TRIES = 5
WINDOW_SECONDS = 900
REMEMBERED = 10_000
AT_ONCE = 2


class Tries:
    """At most five wrong secrets per locator in a quarter of an hour, and two proofs at once (each takes 19 MiB).

    The oldest locators are forgotten beyond 10,000, so that guessing over all of them cannot fill the memory; against
    that the secret itself stands, with 83 bits.
    """

    def __init__(self, *, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._wrong: OrderedDict[int, list[float]] = OrderedDict()
        self._slots = threading.BoundedSemaphore(AT_ONCE)

    @contextmanager
    def attempt(self, locator: int) -> Iterator[None]:
        """Surrounds one proof; counts it as wrong when it is refused. Raises `too_many_requests` beyond the limit."""
        at = self._now()
        with self._lock:
            recent = [one for one in self._wrong.get(locator, []) if one > at - WINDOW_SECONDS]
            if len(recent) >= TRIES:
                raise TOO_MANY_REQUESTS.error()
            # Counted before it is known to be wrong: guesses that are sent at once are no way round the limit.
            self._wrong[locator] = [*recent, at]
            self._wrong.move_to_end(locator)
            while len(self._wrong) > REMEMBERED:
                self._wrong.popitem(last=False)
        refused = False
        try:
            with self._slots:
                yield
        except ConcordError:
            refused = True
            raise
        finally:
            if not refused:  # right, or not answered: nobody is locked out because a database was away
                self._forgive(locator, at)

    def _forgive(self, locator: int, at: float) -> None:
        with self._lock:
            left = self._wrong.get(locator, [])
            if at in left:
                left.remove(at)
            if not left:
                self._wrong.pop(locator, None)
