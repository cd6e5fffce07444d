"""The way through the public form without pages: what is kept, what is left behind, what a sending is."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from concord_core.codes import CodeLists
from concord_intake.reports import form as forms
from concord_intake.reports import journey as way
from concord_intake.reports.journey import REVIEW, Journey
from concord_intake.reports.receipt import of_key, parse

CODES, FORM = CodeLists.load(), forms.load()
SEED = "5a" * 32
ANSWERS = {"age_band": "18_or_over", "narrative": "What happened", "needs": ["medical", "legal"]}


def at_review(**more: object) -> Journey:
    return way.at_review(Journey("unicef", "consent", SEED, {**ANSWERS, **more}), FORM)


def test_the_same_answers_are_the_same_sending_wherever_they_come_from() -> None:
    first = at_review()
    again = way.at_review(Journey("unicef", "what", SEED, dict(reversed(ANSWERS.items())), True, True), FORM)
    assert way.submission(first) == way.submission(again)
    assert way.receipt(first, 0) == way.receipt(again, 0)
    carried = way.opened(json.loads(json.dumps(first.sealed())))
    assert carried == first
    assert way.submission(carried) == way.submission(first)


def test_other_answers_another_agency_or_another_reporter_are_another_sending() -> None:
    first = at_review()
    others = [
        at_review(narrative="What happened."),
        at_review(country="CAF"),
        replace(first, agency="unhcr"),
        replace(first, seed="5b" * 32),
    ]
    assert len({way.submission(one) for one in (first, *others)}) == 5
    assert len({way.receipt(one, 0).code for one in (first, *others)}) == 5


def test_what_the_other_way_asked_makes_no_difference() -> None:
    child = {"age_band": "under_18", "narrative": "A man at school"}
    only = way.at_review(Journey("unicef", "help", SEED, child), FORM)
    changed = way.at_review(Journey("unicef", "help", SEED, {**child, "accused": "left behind", "place": ""}), FORM)
    assert way.submission(only) == way.submission(changed)


def test_each_turn_has_a_receipt_of_its_own() -> None:
    assert len({way.receipt(at_review(), turn) for turn in range(5)}) == 5


@given(st.binary(min_size=64, max_size=64))
def test_every_key_makes_a_receipt_that_can_be_written_down_and_read(key: bytes) -> None:
    receipt = of_key(key)
    assert parse(receipt.code) == receipt


def test_a_change_of_language_keeps_even_what_would_be_refused() -> None:
    journey = Journey("unicef", "where", SEED, ANSWERS)
    typed = {"country": ["CAF"], "place": ["x" * 301], "happened": [""]}
    kept = way.noted(journey, FORM, typed, CODES)
    assert (kept.at, kept.answers["place"], kept.answers["narrative"]) == ("where", "x" * 301, "What happened")
    moved, errors = way.answered(kept, FORM, typed, CODES)
    assert (moved.at, [error.path for error in errors]) == ("where", ["place"])
    review = at_review()
    assert way.noted(review, FORM, {"narrative": ["something else"]}, CODES) is review


def test_printing_a_journey_shows_neither_seed_nor_answers() -> None:
    assert SEED not in repr(at_review())
    assert "What happened" not in repr(at_review())
    assert at_review().at == REVIEW
