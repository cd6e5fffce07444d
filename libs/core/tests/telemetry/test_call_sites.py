"""Every log call in the repository has a static message and listed keys: read from the source, so that none escapes."""

import ast
from collections.abc import Iterator
from pathlib import Path

from concord_core.telemetry.attributes import ALLOWED

ROOT = Path(__file__).resolve().parents[4]
LEVELS = {"debug", "info", "warning", "error", "critical", "exception"}


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Every call of a level's method on something called log or logger, outside of tests."""
    for folder in ("libs", "services"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "tests" in path.parts or path.is_relative_to(ROOT / "libs" / "contracts"):
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LEVELS:
                    owner = ast.unparse(node.func.value).lower()
                    if owner.rsplit(".", 1)[-1].strip("_") in {"log", "logger"}:
                        yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def test_log_messages_are_static_and_keys_are_listed() -> None:
    found = list(calls())
    assert len(found) > 5
    wrong = []
    for place, call in found:
        message = call.args[0] if call.args else None
        if not (len(call.args) == 1 and isinstance(message, ast.Constant) and isinstance(message.value, str)):
            wrong.append(f"{place}: the message is not one literal")
        wrong += [
            f"{place}: {keyword.arg} is not on the list"
            for keyword in call.keywords
            if keyword.arg is not None and keyword.arg not in ALLOWED
        ]
    assert wrong == []
