"""What stands before every route: APIs take bearer tokens only, pages the session cookie only; both ask the policy.

    principal: Annotated[Principal, Depends(Allow("intake.cases.assess"))]      an API
    principal: Annotated[Principal, Depends(AllowPage("intake.cases.read"))]    a page

A public operation gives `PUBLIC` and looks at neither.
"""

from dataclasses import dataclass
from urllib.parse import quote

from fastapi import FastAPI
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


class Allow:
    """Dependency of an API route: the bearer, if the policy lets them do `operation`."""

    def __init__(self, operation: str) -> None:
        self.operation = operation

    def __call__(self, request: Request) -> Principal:
        """Raises UNAUTHENTICATED, FORBIDDEN, or why the token was not believed."""
        gate = gate_of(request)
        principal = PUBLIC
        if not gate.policy.is_public(self.operation):
            principal = gate.verifier.verify(_bearer(request))
        gate.policy.check(principal, self.operation)
        request.state.principal = principal
        return principal


class AllowPage:
    """Dependency of a page: the signed-in person, if the policy lets them do `operation`. No session: sign-in."""

    def __init__(self, operation: str) -> None:
        self.operation = operation

    def __call__(self, request: Request) -> Principal:
        """Raises SignInRequiredError or FORBIDDEN. Sets `request.state.session` and `request.state.principal`."""
        gate = gate_of(request)
        if gate.policy.is_public(self.operation):
            return PUBLIC
        session = gate.staff.current(request.cookies.get(gate.staff.cookie_name))
        if session is None:
            raise SignInRequiredError(f"{gate.staff.signin_path}?next={quote(_wanted(request, gate.staff), safe='')}")
        gate.policy.check(session.principal, self.operation)
        request.state.session = session
        request.state.principal = session.principal
        return session.principal


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
