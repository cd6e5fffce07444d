"""A person's program: REST with the person's own token, as `concord-cli` would call it."""

import time
import uuid
from collections.abc import Callable
from typing import Any

import httpx

from concord_stack.walk.evidence import StepError

TokenSource = Callable[[str], str]
"""Gives an access token for a person (`unicef-officer`); asked again when the old one nears its end."""


class Person:
    """One signed-in person at one node's origin."""

    def __init__(self, user: str, client: httpx.Client, tokens: TokenSource) -> None:
        self.user = user
        self._client = client
        self._tokens = tokens

    @property
    def agency(self) -> str:
        """The agency that they work for."""
        return self.user.partition("-")[0]

    def call(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        version: int | str | None = None,
        key: str | None = None,
        trace: str | None = None,
    ) -> httpx.Response:
        """Sends one request; writes carry an idempotency key, and `version` as If-Match.

        `trace` is a trace id (32 hex digits) under which the services record what they do for it.
        """
        headers = {"authorization": f"Bearer {self._tokens(self.user)}", "accept-language": "en"}
        if method != "GET":
            headers["idempotency-key"] = key or uuid.uuid4().hex
        if version is not None:
            headers["if-match"] = f'"{str(version).strip(chr(34))}"'
        if trace is not None:
            headers["traceparent"] = f"00-{trace}-{uuid.uuid4().hex[:16]}-01"
        return self._client.request(method, path, json=body, headers=headers)

    def get(self, path: str) -> Any:
        """Returns the JSON of a 200 answer; `StepError` otherwise."""
        return _json(self.call("GET", path), path)

    def post(
        self,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        version: int | str | None = None,
        key: str | None = None,
        trace: str | None = None,
    ) -> Any:
        """Returns the JSON of a 2xx answer; `StepError` otherwise."""
        return _json(self.call("POST", path, body or {}, version=version, key=key, trace=trace), path)


def _json(response: httpx.Response, path: str) -> Any:
    if response.status_code // 100 != 2:
        code = ""
        if "json" in response.headers.get("content-type", ""):
            content = response.json()
            wrong = [f"{field.get('path')}: {field.get('code')}" for field in content.get("fields", ())]
            code = " ".join([str(content.get("code", "")), *wrong])
        raise StepError(f"{path} answered {response.status_code} {code}".strip())
    return response.json()


def until(what: str, found: Callable[[], Any], seconds: float = 30) -> Any:
    """Returns the first true value of `found`, asked again until then: facts need a moment to arrive."""
    end = time.monotonic() + seconds
    while True:
        value = found()
        if value:
            return value
        if time.monotonic() > end:
            raise StepError(f"{what} did not happen within {seconds:.0f} s")
        time.sleep(0.1)
