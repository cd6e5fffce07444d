"""The token provider: gives what it gets, and leaves a failing issuer alone."""

import pytest

from concord_core.errors import ConcordError
from concord_core.errors.codes import UNAVAILABLE
from concord_core.events.kafka_tokens import BrokerTokens


class Issuer:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.down = True

    def token(self) -> str:
        self.asked += 1
        if self.down:
            raise UNAVAILABLE.error()
        return "token"


def test_a_failing_issuer_is_asked_once_and_every_caller_waits() -> None:
    issuer, slept = Issuer(), list[float]()
    tokens = BrokerTokens(issuer.token, sleep=slept.append)
    for _ in range(200):
        with pytest.raises(ConcordError):
            tokens.token()
    assert issuer.asked == 1
    assert len(slept) == 199
    assert min(slept) > 0
    assert tokens.failure is not None


def test_it_recovers_after_the_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    issuer, now = Issuer(), [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    tokens = BrokerTokens(issuer.token, sleep=lambda _: None)
    with pytest.raises(ConcordError):
        tokens.token()
    issuer.down = False
    now[0] = 10.0
    assert tokens.token() == "token"
    assert tokens.failure is None
