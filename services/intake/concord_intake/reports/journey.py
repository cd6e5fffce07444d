"""The way of one reporter through the public form, carried sealed by their own browser. Pure.

A journey is never stored. It starts with an agency; at the review it gets a receipt and a submission id, so that
sending it twice makes one report and shows the same receipt.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from concord_core.codes import CodeLists
from concord_core.errors import FieldError
from concord_intake.reports.form import Form, Step, check
from concord_intake.reports.receipt import Receipt, make

REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Journey:
    """`at` is a step's key or `review`; `changing` is set while one answer is changed from the review."""

    agency: str
    at: str
    answers: Mapping[str, Any] = field(default_factory=dict, repr=False)
    changing: bool = False
    submission: str = ""
    receipt: Receipt | None = None

    def sealed(self) -> dict[str, Any]:
        """As JSON for the sealed field."""
        receipt = [self.receipt.locator, self.receipt.secret] if self.receipt is not None else None
        return {
            "agency": self.agency,
            "at": self.at,
            "answers": dict(self.answers),
            "changing": self.changing,
            "submission": self.submission,
            "receipt": receipt,
        }


def opened(content: Mapping[str, Any]) -> Journey:
    """What `sealed` made."""
    receipt = Receipt(*content["receipt"]) if content["receipt"] is not None else None
    return Journey(
        content["agency"], content["at"], content["answers"], content["changing"], content["submission"], receipt
    )


def begin(form: Form, agency: str) -> Journey:
    """At the first question."""
    return Journey(agency, form.steps[0].key)


def at_review(journey: Journey, form: Form) -> Journey:
    """At the review, with a receipt and a submission id if there are none yet."""
    return replace(
        journey,
        at=REVIEW,
        answers=form.kept(journey.answers),
        changing=False,
        submission=journey.submission or str(uuid.uuid4()),
        receipt=journey.receipt or make(),
    )


def with_new_receipt(journey: Journey) -> Journey:
    """The same with another receipt: the first one's locator was taken, and nothing was stored under it."""
    return replace(journey, receipt=make())


def answered(
    journey: Journey, form: Form, typed: Mapping[str, list[str]], codes: CodeLists
) -> tuple[Journey, list[FieldError]]:
    """Takes the screen's answers and goes on; stays when something is wrong, keeping what was typed."""
    step = form.step(journey.at)
    answers, errors = check(step, typed, codes)
    kept = replace(journey, answers={**journey.answers, **answers})
    return (kept, errors) if errors else (_on(kept, form), [])


def noted(journey: Journey, form: Form, typed: Mapping[str, list[str]], codes: CodeLists) -> Journey:
    """Stays, keeping what was typed so far, complete or not: only the language changes."""
    if journey.at == REVIEW:
        return journey
    answers, _ = check(form.step(journey.at), typed, codes)
    return replace(journey, answers={**journey.answers, **answers})


def skipped(journey: Journey, form: Form) -> Journey:
    """Goes on without an answer; what was answered here before is forgotten. A needed question is not skipped."""
    step = form.step(journey.at)
    if step.required:
        return journey
    names = {f.name for f in step.fields}
    return _on(replace(journey, answers={n: v for n, v in journey.answers.items() if n not in names}), form)


def back(journey: Journey, form: Form) -> Journey:
    """One question back; the first one stays."""
    step = form.before(None if journey.at == REVIEW else journey.at, journey.answers)
    return replace(journey, at=step.key, changing=False) if step is not None else journey


def change(journey: Journey, form: Form, key: str) -> Journey:
    """From the review to one answer; stays at the review for a step that is not shown."""
    if key not in {step.key for step in form.shown(journey.answers)}:
        return journey
    return replace(journey, at=key, changing=True)


def _on(journey: Journey, form: Form) -> Journey:
    step = form.after(journey.at, journey.answers)
    if journey.changing and _complete(journey, form):
        step = None
    return at_review(journey, form) if step is None else replace(journey, at=step.key)


def _complete(journey: Journey, form: Form) -> bool:
    """Whether every needed question of this way has its answer: then a change leads straight back to the review."""
    return all(journey.answers.get(f.name) for step in form.shown(journey.answers) for f in step.fields if f.required)


def position(journey: Journey, form: Form) -> tuple[int, int]:
    """(this step, steps in all), the review being the last."""
    shown: list[Step] = list(form.shown(journey.answers))
    keys = [*(step.key for step in shown), REVIEW]
    return keys.index(journey.at) + 1, len(keys)
