"""The way of one reporter through the public form, carried sealed by their own browser. Pure.

A journey is never stored. Its seed, drawn when it begins, and its answers make the submission id and the receipt: the
same answers sent again, from whatever page the browser went back to, are the same report with the same receipt; other
answers are another report.
"""

from __future__ import annotations

import hmac
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from concord_core.codes import CodeLists
from concord_core.errors import FieldError
from concord_intake.reports.form import Form, Step, check
from concord_intake.reports.receipt import Receipt, of_key

REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Journey:
    """`at` is a step's key or `review`; `seed` is secret, in hex. `changing` is set while one answer is changed from
    the review, `sent` once it is known that answers of this journey were sent."""

    agency: str
    at: str
    seed: str = field(repr=False)
    answers: Mapping[str, Any] = field(default_factory=dict, repr=False)
    changing: bool = False
    sent: bool = False

    def sealed(self) -> dict[str, Any]:
        """As JSON for the sealed field."""
        return {
            "agency": self.agency,
            "at": self.at,
            "seed": self.seed,
            "answers": dict(self.answers),
            "changing": self.changing,
            "sent": self.sent,
        }


def opened(content: Mapping[str, Any]) -> Journey:
    """What `sealed` made."""
    return Journey(**content)


def begin(form: Form, agency: str, seed: str) -> Journey:
    """At the first question. `seed` is 32 random bytes in hex."""
    return Journey(agency, form.steps[0].key, seed)


def submission(journey: Journey) -> str:
    """The id under which these answers are stored, once."""
    return str(uuid.UUID(bytes=_derived(journey, "submission")[:16], version=4))


def receipt(journey: Journey, turn: int) -> Receipt:
    """The receipt of these answers; `turn` counts up from 0 while its locator is somebody else's."""
    return of_key(_derived(journey, f"receipt {turn}"))


def _derived(journey: Journey, what: str) -> bytes:
    """64 bytes that follow from the seed, the agency and the answers; nobody without the seed can tell them."""
    content = json.dumps([what, journey.agency, journey.answers], sort_keys=True, separators=(",", ":"))
    return hmac.digest(bytes.fromhex(journey.seed), content.encode(), "sha512")


def at_review(journey: Journey, form: Form) -> Journey:
    """At the review, with the answers that belong to the steps shown."""
    return replace(journey, at=REVIEW, answers=form.kept(journey.answers), changing=False)


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
