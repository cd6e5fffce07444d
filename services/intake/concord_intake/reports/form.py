"""The public form as data: which question comes next, and what an answer may be.

A form is a versioned YAML file in `forms/`. Nothing here stores anything: answers are a mapping that the reporter's own
browser carries, sealed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import yaml

from concord_core.codes import CodeLists
from concord_core.errors import FieldError

Answers = Mapping[str, str | list[str]]
KINDS = frozenset({"radios", "checkboxes", "text", "textarea", "country"})
CHILD, ADULT = "child", "adult"
COUNTRIES = "country_iso3166_alpha3"


@dataclass(frozen=True, slots=True)
class Field:
    """One control. `options` are (value, message id); a `list` takes labels from that code list instead."""

    name: str
    kind: str
    label: str = ""
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()
    list: str = ""
    only: tuple[str, ...] = ()
    required: bool = False
    max: int = 300

    @property
    def values(self) -> frozenset[str]:
        """What may be chosen; empty for typed text and countries."""
        return frozenset(value for value, _ in self.options) | frozenset(self.only)


@dataclass(frozen=True, slots=True)
class Step:
    """One screen. `path` is `child`, `adult` or empty; `when` maps earlier fields to the values that show it."""

    key: str
    title: str
    fields: tuple[Field, ...]
    hint: str = ""
    why: str = ""
    path: str = ""
    help: bool = False
    required: bool = False
    when: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def shown(self, answers: Answers) -> bool:
        """Whether the answers so far lead here."""
        path = CHILD if answers.get("age_band") == "under_18" else ADULT
        if self.path and self.path != path:
            return False
        return all(answers.get(name) in values for name, values in self.when)


@dataclass(frozen=True, slots=True)
class Form:
    """A published version of a form."""

    version: str
    steps: tuple[Step, ...]

    def shown(self, answers: Answers) -> tuple[Step, ...]:
        """The steps of this reporter's way."""
        return tuple(step for step in self.steps if step.shown(answers))

    def step(self, key: str) -> Step:
        """A step by its key; KeyError when the form has none."""
        return next(step for step in self.steps if step.key == key) if key in self.keys else _no(key)

    @property
    def keys(self) -> frozenset[str]:
        """Every step's key."""
        return frozenset(step.key for step in self.steps)

    def after(self, key: str, answers: Answers) -> Step | None:
        """The next step that is shown, or None when the review comes."""
        position = [step.key for step in self.steps].index(key)
        return next((step for step in self.steps[position + 1 :] if step.shown(answers)), None)

    def before(self, key: str | None, answers: Answers) -> Step | None:
        """The step before this one (`None`: before the review), or None at the beginning."""
        position = len(self.steps) if key is None else [step.key for step in self.steps].index(key)
        return next((step for step in reversed(self.steps[:position]) if step.shown(answers)), None)

    def kept(self, answers: Answers) -> dict[str, str | list[str]]:
        """The answers that belong to steps still shown: a changed mind about age leaves nothing of the other way."""
        names = {field.name for step in self.shown(answers) for field in step.fields}
        return {name: value for name, value in answers.items() if name in names and value}


def _no(key: str) -> Step:
    raise KeyError(key)


def check(step: Step, typed: Mapping[str, list[str]], codes: CodeLists) -> tuple[dict[str, Any], list[FieldError]]:
    """The answers of one screen as typed, and what is wrong with them. An empty answer is a skipped question."""
    answers: dict[str, Any] = {}
    errors: list[FieldError] = []
    for field in step.fields:
        given = [value.strip() for value in typed.get(field.name, []) if value.strip()]
        value = given[0] if given else ""
        answers[field.name] = given if field.kind == "checkboxes" else value
        if field.required and not value:
            errors.append(FieldError(field.name, "required", "Write something here, in your own words."))
        elif field.kind in ("text", "textarea") and len(value) > field.max:
            errors.append(FieldError(field.name, "too_long", "This is too long. Please make it shorter."))
        elif (field.values and not set(given) <= field.values) or (
            field.kind == "country" and value and not codes.has(COUNTRIES, value)
        ):
            answers[field.name] = [] if field.kind == "checkboxes" else ""
            errors.append(FieldError(field.name, "unknown_code", "Choose one of the answers shown."))
    return answers, errors


def _field(data: Mapping[str, Any]) -> Field:
    options = tuple((str(value), str(text)) for value, text in data.get("options", []))
    if data["kind"] not in KINDS or (data["kind"] in ("radios", "checkboxes")) != bool(options or data.get("only")):
        raise ValueError(f"field {data['name']} is not well formed")
    rest = {key: value for key, value in data.items() if key not in ("options", "only")}
    return Field(**rest, options=options, only=tuple(data.get("only", ())))


def parse(text: str) -> Form:
    """Reads a form file. ValueError when a field is not well formed or a `when` names a field that comes later."""
    data = yaml.safe_load(text)
    steps = []
    asked: set[str] = set()
    for entry in data["steps"]:
        when = tuple((name, tuple(values)) for name, values in entry.get("when", {}).items())
        if not {name for name, _ in when} <= asked:
            raise ValueError(f"step {entry['key']} depends on what is asked later")
        fields = tuple(_field(field) for field in entry["fields"])
        asked |= {field.name for field in fields}
        rest = {key: value for key, value in entry.items() if key not in ("fields", "when")}
        steps.append(Step(**rest, fields=fields, when=when))
    return Form(str(data["version"]), tuple(steps))


def load(version: str = "public-1") -> Form:
    """A form that ships with intake."""
    return parse(files(__package__).joinpath(f"forms/{version}.yaml").read_text(encoding="utf-8"))
