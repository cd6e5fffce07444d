"""Writes `docs/errors.md` from the `ErrorCode` objects of the core and the services, the codes of fields and the
reasons of dead letters; with `--check`, only compares.
"""

import importlib
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path

from concord_core.errors import ErrorCode
from concord_core.events import reasons
from concord_core.events.reasons import Reason
from tools import field_codes

PAGE = Path(__file__).resolve().parent.parent / "docs" / "errors.md"
LETTERS = """
## The reasons of dead letters

`concord dlq list` shows a *kind* and a *reason*. A fact that is `refused` has the code of the refusal as its
reason, one of those above, or the name of an exception class, which is a fault of ours. The others are these.

| reason | kind | what it means | what the operator does |
|---|---|---|---|
"""
PACKAGES = ("concord_core", "concord_intake", "concord_screening", "concord_victim_assistance", "concord_reporting")
HEAD = """# Every refusal, its code and its statuses

Made by `python -m tools.error_catalogue` from the code; do not edit.

Under `/api/` a refusal is a problem document (RFC 9457, `application/problem+json`) in the language of `?lang=` or
`Accept-Language`: `type` (`urn:concord:error:<code>`), `title` (the sentence below), `status`, `code`, `params`,
`fields` (`path` such as `names[0].family`, stable `code`, `message`) and `reference`, the trace under which support
finds it. Pages show the same sentence, what was kept, what to do next, and that reference. gRPC answers carry the
status and the code.
A record of another agency and one that does not exist answer alike. Nothing that was accepted is lost by a refusal.

## What happens when

Each row is tried in `tests/security` on real Kafka and real Keycloak.

| situation | answer |
|---|---|
| the body is not JSON | 400 `malformed_json` |
| a code is not in its list | 422 `invalid_request`; each field with `unknown_code` and its path |
| the body is larger than the service takes | 413 `body_too_large`; nothing stored |
| a change without its version, or with another one | 400 `version_required`; 412 `stale_write` with its version now |
| a request sent again with its key | the first answer; with other content 409 `idempotency_key_reused` |
| the clock of the caller is ahead | 422 `date_in_future` |
| the words in the caller's language | `title` and `message` in the six languages, `code` the same in all |
| no token | 401 `unauthenticated`, `WWW-Authenticate: Bearer`, whatever else was sent: nothing of it is read before |
| a token that somebody else signed | 401 `token_invalid` |
| a token that has ended | 401 `token_expired` |
| a token for another service | 401 `token_audience` |
| a person of two organizations | 403 `token_organization` |
| a reference of another agency, or one that does not exist | 404 `not_found`, the same in every byte but the trace |
| gRPC without a token, or with one for another service | UNAUTHENTICATED, `unauthenticated` or `token_audience` |
| gRPC for an agency that the caller's node does not host | PERMISSION_DENIED, `agency_not_hosted` |
| gRPC for a record that is not the caller's | NOT_FOUND, the code of the room |
| a fact that cannot be decoded | dead letter `not_believed`, `undecodable`; no effect, nothing waits behind it |
| a fact whose signature is not the agency's | dead letter `not_believed`, `bad_signature` |
| a fact moved to another topic | dead letter `not_believed`, `wrong_agency` |
| a fact moved to another key | dead letter `not_believed`, `wrong_subject` |
| an agency that claims another's name on its own topic | dead letter `not_believed`, `wrong_agency` |
| an agency that writes another's topic | the broker refuses it; the fact stays in the writer's outbox |
| Kafka is down | requests are taken; their facts wait in the outbox and go out in order when it is back |
| Keycloak is down | who holds a token or a session works on until it ends; sign-in answers with a page that says so |
| PostgreSQL is down | 503 `unavailable` with `Retry-After`; a repeat with its key has one effect; consumers wait |
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
    parts += [field_codes.section(), letters()]
    return "\n".join(parts) + "\n"


def letters() -> str:
    """The part on dead letters."""
    found = [value for value in vars(reasons).values() if isinstance(value, Reason)]
    rows = [f"| `{one.code}` | `{one.kind}` | {one.meaning} | {one.remedy} |" for one in found]
    return LETTERS + "\n".join(sorted(rows))


def main() -> int:
    """Writes the page, or says that it is out of date."""
    text = page()
    if "--check" not in sys.argv:
        PAGE.write_text(text, encoding="utf-8")
        return 0
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text:
        return 0
    print("docs/errors.md is out of date: python -m tools.error_catalogue")
    return 1


if __name__ == "__main__":
    sys.exit(main())
