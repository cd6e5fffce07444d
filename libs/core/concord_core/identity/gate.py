"""What stands before every route: APIs take bearer tokens only, pages the session cookie only; both ask the policy.

    routes = Routes("/api/intake")
    principal: Annotated[Principal, Depends(Allow("intake.cases.assess"))]      an API
    principal: Annotated[Principal, Depends(AllowPage("intake.cases.read"))]    a page

Who asks comes first: before a header, a path or a byte of the body is looked at, so that a stranger learns nothing
from how a request is refused. A public operation gives `PUBLIC` and looks at neither token nor cookie.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import Enum
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from concord_core.errors.codes import UNAUTHENTICATED
from concord_core.identity.policy import PolicyTable
from concord_core.identity.principal import PUBLIC, Principal
from concord_core.identity.staff import StaffSessions
from concord_core.identity.verifier import TokenVerifier


@dataclass(frozen=True)
class Gate:
    """The policy of one service, and the two ways in which somebody shows who they are."""

    policy: PolicyTable
    verifier: TokenVerifier
    staff: StaffSessions

    def install(self, app: FastAPI) -> None:
        """Puts the gate before an app's routes."""
        app.state.gate = self
        app.add_exception_handler(SignInRequiredError, _to_sign_in)


class SignInRequiredError(Exception):
    """A page needs a session: the browser is sent to sign in."""

    def __init__(self, location: str) -> None:
        super().__init__()
        self.location = location


def _to_sign_in(_request: Request, error: Exception) -> Response:
    location = error.location if isinstance(error, SignInRequiredError) else "/"
    return RedirectResponse(location, status_code=303, headers={"Cache-Control": "no-store"})


def gate_of(request: Request) -> Gate:
    """The gate of the request's app."""
    gate: Gate = request.app.state.gate
    return gate


class Door(ABC):
    """The operation that a route asks for. Its route opens it first, with `admit`; as a dependency it hands over whom
    it let in."""

    def __init__(self, operation: str) -> None:
        self.operation = operation

    @abstractmethod
    def admit(self, request: Request) -> Principal:
        """Returns who asks, if the policy lets them do the operation; raises if not."""

    async def __call__(self, request: Request) -> Principal:
        """Returns whom `admit` let in; raises RuntimeError on a route that is none of `Routes`, which never asked."""
        admitted: Principal | None = getattr(request.state, "admitted", None)
        if admitted is None:
            raise RuntimeError("a route with an operation belongs into Routes")
        return admitted


class Allow(Door):
    """Dependency of an API route: the bearer, if the policy lets them do `operation`."""

    def admit(self, request: Request) -> Principal:
        """Raises UNAUTHENTICATED, FORBIDDEN, or why the token was not believed."""
        gate = gate_of(request)
        principal = PUBLIC
        if not gate.policy.is_public(self.operation):
            principal = gate.verifier.verify(_bearer(request))
        gate.policy.check(principal, self.operation)
        request.state.principal = principal
        return principal


class AllowPage(Door):
    """Dependency of a page: the signed-in person, if the policy lets them do `operation`. No session: sign-in."""

    def admit(self, request: Request) -> Principal:
        """Raises SignInRequiredError or FORBIDDEN. Sets `request.state.session` and `request.state.principal`, also of
        somebody who is refused: the page of the refusal says as whom they are signed in and lets them sign out."""
        gate = gate_of(request)
        if gate.policy.is_public(self.operation):
            return PUBLIC
        session = gate.staff.current(request.cookies.get(gate.staff.cookie_name))
        if session is None:
            raise SignInRequiredError(f"{gate.staff.signin_path}?next={quote(_wanted(request, gate.staff), safe='')}")
        request.state.session = session
        request.state.principal = session.principal
        gate.policy.check(session.principal, self.operation)
        return session.principal


class Guarded(APIRoute):
    """A route that asks for exactly one operation, and opens its door before FastAPI reads or resolves anything."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's own handler behind the door; raises ValueError for a route without an operation, or with two."""
        doors = list(_doors(self.dependant))
        if len(doors) != 1:
            raise ValueError(f"{self.path} asks for {len(doors)} operations, it needs one")
        door, handle = doors[0], super().get_route_handler()

        async def guarded(request: Request) -> Response:
            request.state.admitted = await run_in_threadpool(door.admit, request)
            return await handle(request)

        return guarded


class Routes(APIRouter):
    """The routes of a room: each of them is `Guarded`. `lifespan` runs beside them."""

    def __init__(
        self,
        prefix: str = "",
        *,
        tags: Sequence[str] = (),
        include_in_schema: bool = True,
        lifespan: Callable[[Any], AbstractAsyncContextManager[None]] | None = None,
    ) -> None:
        named: list[str | Enum] = list(tags)
        super().__init__(
            prefix=prefix, tags=named, include_in_schema=include_in_schema, lifespan=lifespan, route_class=Guarded
        )


def _doors(dependant: Dependant) -> Iterator[Door]:
    if isinstance(dependant.call, Door):
        yield dependant.call
    for inner in dependant.dependencies:
        yield from _doors(inner)


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise UNAUTHENTICATED.error()
    return token.strip()


def _wanted(request: Request, staff: StaffSessions) -> str:
    """The page to return to: the one asked for; after a lost session in a form, the service's first."""
    if request.method not in ("GET", "HEAD"):
        return staff.prefix
    query = f"?{request.url.query}" if request.url.query else ""
    return staff.safe_path(f"{request.url.path}{query}")
