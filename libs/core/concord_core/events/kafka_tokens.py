"""The service's token for the broker, as kafka-python asks for it: at every connection and before the token ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from kafka.net.sasl.oauth import AbstractTokenProvider

from concord_core.errors import ConcordError

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 15.0


class BrokerTokens(AbstractTokenProvider):  # type: ignore[misc]  # kafka-python has no types
    """Gives what `fetch` gives, which caches and renews. Thread-safe.

    kafka-python asks again hundreds of times a second while this fails. So after a failure the issuer is left alone for
    a pause that doubles, and the caller waits a moment before it gets the same error.
    """

    def __init__(self, fetch: Callable[[], str], *, sleep: Callable[[float], None] = time.sleep) -> None:
        super().__init__()
        self._fetch = fetch
        self._sleep = sleep
        self._lock = threading.Lock()
        self._pause = 0.0
        self._retry_at = 0.0
        self.failure: ConcordError | None = None

    def token(self) -> str:
        """A token that is valid now. Raises what `fetch` raised, ConcordError."""
        with self._lock:
            wait = self._retry_at - time.monotonic()
            if self.failure is not None and wait > 0:
                self._sleep(min(wait, 0.25))
                raise self.failure
            try:
                token = self._fetch()
            except ConcordError as error:
                self._pause = min(self._pause * 2 or FIRST_PAUSE, LONGEST_PAUSE)
                self._retry_at = time.monotonic() + self._pause
                self.failure = error
                raise
            self.failure, self._pause = None, 0.0
            return token
