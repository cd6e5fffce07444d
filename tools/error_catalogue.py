"""Writes `docs/errors.md` from the `ErrorCode` objects of the core and the services; with `--check`, only compares."""

import importlib
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path

from concord_core.errors import ErrorCode

PAGE = Path(__file__).resolve().parent.parent / "docs" / "errors.md"
PACKAGES = ("concord_core", "concord_intake", "concord_screening", "concord_victim_assistance", "concord_reporting")
HEAD = """# Every refusal, its code and its statuses

Made by `python tools/error_catalogue.py` from the code; do not edit.

Under `/api/` a refusal is a problem document (RFC 9457, `application/problem+json`) in the language of `?lang=` or
`Accept-Language`: `type` (`urn:concord:error:<code>`), `title` (the sentence below), `status`, `code`, `params`,
`fields` (`path` such as `names[0].family`, stable `code`, `message`) and `reference`, the trace under which support
finds it. Pages show the same sentence, what was kept, what to do next, and that reference. gRPC answers carry the
status and the code.
A record of another agency and one that does not exist answer alike. Nothing that was accepted is lost by a refusal.
"""


def error_codes(package: str) -> Iterator[ErrorCode]:
    """The codes that the package's modules named `errors`, and the core's `errors.codes`, define."""
    folder = importlib.import_module(package).__path__
    names = [found.name for found in pkgutil.walk_packages(folder, f"{package}.")]
    for name in sorted(name for name in names if name.endswith((".errors", ".errors.codes"))):
        module = importlib.import_module(name)
        yield from (value for value in vars(module).values() if isinstance(value, ErrorCode))


def page() -> str:
    """The whole page; each code stands once, where it is first defined."""
    parts, seen = [HEAD], set[str]()
    for package in PACKAGES:
        rows = []
        for error in error_codes(package):
            if error.code not in seen:
                seen.add(error.code)
                kind = error.kind
                rows.append(f"| `{error.code}` | {kind.http_status} | {kind.grpc_status.name} | {error.message} |")
        if rows:
            parts.append(f"\n## {package}\n\n| code | HTTP | gRPC | what it says |\n|---|---|---|---|")
            parts += sorted(rows)
    return "\n".join(parts) + "\n"


def main() -> int:
    """Writes the page, or says that it is out of date."""
    text = page()
    if "--check" not in sys.argv:
        PAGE.write_text(text, encoding="utf-8")
        return 0
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text:
        return 0
    print("docs/errors.md is out of date: python tools/error_catalogue.py")
    return 1


if __name__ == "__main__":
    sys.exit(main())
