"""How often a receipt code may be tried."""

import pytest
from sqlalchemy.exc import OperationalError

from concord_core.errors import ConcordError
from concord_intake.errors import RECEIPT_UNKNOWN
from concord_intake.reports.limits import TRIES, WINDOW_SECONDS, Tries

LOCATOR, OTHER = 17, 18


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def guess(tries: Tries, locator: int = LOCATOR, error: Exception | None = None) -> str:
    """One wrong guess; the code that the guesser sees."""
    with pytest.raises(Exception) as caught, tries.attempt(locator):  # noqa: PT011
        raise error or RECEIPT_UNKNOWN.error()
    return caught.value.code if isinstance(caught.value, ConcordError) else ""


def test_five_wrong_guesses_close_a_locator_for_a_quarter_of_an_hour() -> None:
    clock = Clock()
    tries = Tries(now=clock)
    assert {guess(tries) for _ in range(TRIES)} == {"receipt_unknown"}
    assert guess(tries) == "too_many_requests"
    assert guess(tries, OTHER) == "receipt_unknown"
    clock.at += WINDOW_SECONDS + 1
    assert guess(tries) == "receipt_unknown"


def test_guesses_sent_at_once_are_counted_like_others() -> None:
    tries = Tries()

    def two() -> None:
        with tries.attempt(LOCATOR):
            guess(tries)  # stands before anything is known of the first
            raise RECEIPT_UNKNOWN.error()

    with pytest.raises(ConcordError):
        two()
    assert {guess(tries) for _ in range(TRIES - 2)} == {"receipt_unknown"}
    assert guess(tries) == "too_many_requests"


def test_right_codes_and_a_database_that_is_away_lock_nobody_out() -> None:
    tries = Tries()
    for _ in range(2 * TRIES):
        with tries.attempt(LOCATOR):
            pass
        guess(tries, error=OperationalError("select", {}, Exception("gone")))
    assert guess(tries) == "receipt_unknown"
