"""The stable codes that a field's error can have, for `docs/errors.md`: found in the code, each with what it means.

A code is found where a `FieldError` or a service's `Problems.add` is given it as a literal, and in what the core makes
of pydantic's own errors; other expressions pass on a code that is found elsewhere, or that of a refusal.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from concord_core.web.problems import FIELD_CODES, OTHER_FIELD

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = (*ROOT.glob("services/*/concord_*"), *ROOT.glob("libs/*/concord_*"))
MEANINGS = {
    "bad_date": "There is no such day, or time of day. Write one that is in the calendar.",
    "birth_date_wanted": "The birth date is needed, or the reason why it cannot be given. Nothing was looked up.",
    "contradiction": "Does not fit another answer of the same form. Change one of the two.",
    "empty_name": "No letter is in the name. Write the name.",
    "guardian_of_adult": "A guardian answered for somebody who is of age. An adult's consent is their own.",
    "impossible_date": "There is no such date, or nobody living was born then. Write `YYYY-MM-DD`; of a birth date, "
    "the year or year and month are enough.",
    "in_the_future": "The day has not come yet, and what is told has happened. Compare clocks, or correct the day.",
    "in_the_past": "The day must be one that is to come.",
    "invalid": "Not valid in a way that no other code names. Look at the operation's schema.",
    "missing": "The rules of the operation need it. Send it.",
    "not_a_date": "Not a date of the form `YYYY-MM-DD`.",
    "not_a_number": "Not a whole number.",
    "not_a_reference": "Words, or nothing of a reference's form: it is stored in plain. Write the reference only.",
    "not_allowed": "Not one of the values that the operation's schema names.",
    "not_covered": "The person's consent does not reach so far. Leave it empty, or ask the person first.",
    "not_integer": "Not a whole number, or out of the range of the form.",
    "not_sent": "Of the page for reports only: it could not be stored now. What was written is kept; send it again.",
    "out_of_range": "The number is too small or too large.",
    "required": "The schema or the form needs it. Send it.",
    "too_early": "The day lies before what it follows from.",
    "too_long": "More characters or entries than there is room for.",
    "too_many": "More entries than there is room for.",
    "too_short": "Fewer characters or entries than make sense.",
    "unknown_agency": "No agency of the agreement that could take it.",
    "unknown_field": "The operation has no such field. Nothing was stored, so that a slip is not lost unseen.",
    "unreadable": "Characters that are no text, or a script that names cannot be compared in: give Latin letters too.",
    "wrong_type": "Of another JSON type than the schema says.",
}
UNKNOWN_CODE = "unknown_code"
"""Is in the list of refusals, too, where its sentence names codes that are close."""
HEAD = """
## The codes of `fields`

Each field of a refusal has one of these, or the code of the refusal itself where one field is to blame.

| code | what it means, and what to do |
|---|---|
"""


def codes() -> set[str]:
    """Every code that is found."""
    found = {code for _, code, _ in FIELD_CODES} | {OTHER_FIELD[0]}
    for package in PACKAGES:
        for path in package.rglob("*.py"):
            found.update(_literals(ast.parse(path.read_text(encoding="utf-8"))))
    return found - {UNKNOWN_CODE}


def section() -> str:
    """The part of the page. Raises ValueError if a code has no meaning here, or a meaning no code."""
    if differing := codes() ^ MEANINGS.keys():
        raise ValueError(f"tools/field_codes.py, MEANINGS: {', '.join(sorted(differing))}")
    return HEAD + "\n".join(f"| `{code}` | {meaning} |" for code, meaning in sorted(MEANINGS.items()))


def _literals(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or len(node.args) != 3:
            continue
        field_error = isinstance(node.func, ast.Name) and node.func.id == "FieldError"
        added = isinstance(node.func, ast.Attribute) and node.func.attr == "add"
        code = node.args[1]
        if (field_error or added) and isinstance(code, ast.Constant) and isinstance(code.value, str):
            yield code.value
