"""What may go wrong from outside: rows of docs/errors.md's table "What happens when", and who tries them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx

from concord_core.config import IdentitySettings
from concord_core.identity.tokens import ServiceTokens
from concord_stack.full import FullStack
from concord_stack.walk.people import Person
from tests.support.keycloak_signin import KeycloakTokens

PAGE = Path(__file__).parents[2] / "docs" / "errors.md"
REPORTS, CASES = "/api/intake/reports", "/api/intake/cases"


def situation(name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Says which row of the page a test tries."""

    def note(test: Callable[..., None]) -> Callable[..., None]:
        test.situation = name  # type: ignore[attr-defined]  # read by `situations`
        return test

    return note


def situations(module: ModuleType) -> list[str]:
    """The rows that a module's tests try."""
    return [test.situation for test in vars(module).values() if hasattr(test, "situation")]


def body() -> dict[str, Any]:
    """A report that is taken in."""
    return {
        "received_date": datetime.now(UTC).date().isoformat(),
        "channel": "hotline",
        "concern": "sea",
        "country": "HTI",
        "words": {"narrative": "An invented sentence."},
    }


class Desk:
    """People of the full stack, and their programs."""

    def __init__(self, stack: FullStack) -> None:
        self.stack = stack
        self.tokens = KeycloakTokens(stack.issuer, stack.password)
        self.client = httpx.Client(base_url=stack.origin, timeout=60, trust_env=False)

    def person(self, user: str) -> Person:
        return Person(user, self.client, self.tokens)

    def bearer(self, token: str | None, path: str = CASES) -> httpx.Response:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return self.client.get(path, headers=headers)

    def service_token(self, client_id: str, audience: str) -> str:
        node, _, service = client_id.partition("-")
        key = self.stack.node(node).client_key(service)
        settings = IdentitySettings(issuer=self.stack.issuer, client_id=client_id, client_key=key)
        return ServiceTokens(settings).token(audience)


def answered(answer: httpx.Response, status: int, code: str) -> Mapping[str, Any]:
    """Checks a problem document; returns it."""
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["code"], problem["status"]) == (status, code, status), problem
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["type"] == f"urn:concord:error:{code}"
    assert problem["title"]
    return problem


def cases(desk: Desk) -> list[str]:
    """References of all cases of unicef."""
    officer, found, after = desk.person("unicef-officer"), list[str](), ""
    while True:
        page = officer.get(f"{CASES}?limit=500&after={after}")
        found += [item["reference"] for item in page["items"]]
        after = page["next"]
        if not after:
            return found
