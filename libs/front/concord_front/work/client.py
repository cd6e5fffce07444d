"""Asks every service of this node for a person's work items, at the same time, with that person's own token."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx
from pydantic import ValidationError

from concord_core.telemetry import current_traceparent, failure, logger
from concord_front.work.answers import WorkAnswer
from concord_front.work.domain import Item


@dataclass(frozen=True)
class Part:
    """What one service said: its items, or that it did not answer as it should."""

    service: str
    items: tuple[Item, ...] = ()
    down: bool = False


class Services:
    """The services of this node. Safe for threads; keeps connections open."""

    def __init__(
        self,
        addresses: Mapping[str, str],
        patience_seconds: float,
        *,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._addresses = dict(addresses)
        # One client serves everybody who looks: a cookie kept from one person's answer would go out with the next.
        keeps_nothing = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        self._http = httpx.Client(timeout=patience_seconds, transport=transport, cookies=keeps_nothing, trust_env=False)
        self._threads = ThreadPoolExecutor(max_workers=16, thread_name_prefix="work")
        self._log = logger("concord.front.work")

    def work_items(self, token: str, lang: str) -> list[Part]:
        """One part per service, in the order of the settings. Nothing is raised: a service that fails is `down`."""
        traceparent = current_traceparent()
        ask = partial(self._ask, token=token, lang=lang, traceparent=traceparent)
        return list(self._threads.map(ask, self._addresses))

    def _ask(self, service: str, *, token: str, lang: str, traceparent: str | None) -> Part:
        headers = {"authorization": f"Bearer {token}", "accept": "application/json", "accept-language": lang}
        if traceparent:
            headers["traceparent"] = traceparent
        try:
            response = self._http.get(f"{self._addresses[service]}/api/{service}/work-items", headers=headers)
            if response.status_code in (401, 403):
                return Part(service)  # the person has no part in this service: its answer is no work, not a fault
            response.raise_for_status()
            answer = WorkAnswer.model_validate_json(response.content)
        except (httpx.HTTPError, ValidationError) as error:
            self._log.warning("a service gave no work items", service=service, **failure(error))
            return Part(service, down=True)
        return Part(service, tuple(item.item(service) for item in answer.items))
