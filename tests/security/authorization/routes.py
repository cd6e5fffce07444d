"""The routes and calls of every service, as its process has them, and the operation that each asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module

from fastapi import FastAPI

from concord_core.config import load_settings
from concord_core.identity import AllowPage
from concord_core.runtime import Context, Parts, Service
from concord_stack.config import PACKAGES
from concord_stack.embedded import EmbeddedStack
from tests.support.strangers import queries_of, routes_of

SERVICES = ("intake", "screening", "assistance", "reporting", "front")


@dataclass(frozen=True)
class Route:
    """One method of one route, the operation that it asks for, and which texts it takes beside its path."""

    service: str
    method: str
    path: str
    operation: str
    page: bool
    public: bool
    queries: tuple[str, ...]

    @property
    def writes(self) -> bool:
        return self.method != "GET"

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Built:
    """A service put together in this process, as its own process does."""

    service: Service
    context: Context
    parts: Parts


def built(stack: EmbeddedStack) -> Mapping[str, Built]:
    """Every service of the hub."""
    found = {}
    for name in SERVICES:
        service: Service = import_module(f"{PACKAGES[name]}.app").SERVICE
        settings = load_settings(service.settings, stack.hub.config(name), prefix=f"CONCORD_{name.upper()}_")
        context = Context(name, settings, service.policy(), service.staff_prefix)
        found[name] = Built(service, context, service.build(context))
    return found


def routes(services: Mapping[str, Built]) -> list[Route]:
    """Every route that asks for an operation; AssertionError for one that asks for none, or for two."""
    found = []
    for name, one in services.items():
        app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
        for router in one.parts.routers:
            app.include_router(router)
        policy, queries = one.service.policy(), queries_of(app)
        for method, path, its_doors in routes_of(app):
            assert len(its_doors) == 1, f"{name} {method} {path} asks for {len(its_doors)} operations, it needs one"
            operation = its_doors[0].operation
            page, public = isinstance(its_doors[0], AllowPage), policy.is_public(operation)
            found.append(Route(name, method, path, operation, page, public, queries[method, path]))
    return found
