"""The loopback issuer's addresses: discovery, keys, the choice of a person, tokens, sign-out."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from threading import Thread
from typing import Annotated, Any, Final
from urllib.parse import urlencode, urlsplit

import httpx
from fastapi import FastAPI, Form, Query
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from concord_core.errors import ConcordError
from concord_core.identity.loopback.directory import Directory
from concord_core.identity.loopback.grants import GrantError, Grants
from concord_core.identity.loopback.state import IssuerState, SignedIn
from concord_core.telemetry import logger
from concord_core.vault import SealedBox

COOKIE: Final = "concord_loopback"
_CONTEXT: Final = "loopback-authorize"
_CHOOSING: Final = timedelta(minutes=30)
_NO_STORE: Final = {"Cache-Control": "no-store"}


@dataclass(frozen=True)
class Asked:
    """An authorization request that is sound: known client, its own redirect address, PKCE S256."""

    client_id: str
    redirect_uri: str
    state: str
    challenge: str
    nonce: str | None
    scope: str


def create_issuer(issuer: str, directory: Directory, *, state: IssuerState | None = None) -> FastAPI:
    """The issuer as an app. It must be served on loopback only; `__main__` sees to that."""
    return _Issuer(issuer, directory, state or IssuerState()).app()


class _Issuer:
    def __init__(self, issuer: str, directory: Directory, state: IssuerState) -> None:
        self._issuer = issuer
        self._directory = directory
        self._state = state
        self._grants = Grants(issuer, directory, state)
        self._box = SealedBox(secrets.token_bytes(32))
        self._log = logger("concord.loopback")
        loader = PackageLoader("concord_core.identity.loopback")
        self._pages = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)

    def app(self) -> FastAPI:
        app = FastAPI(title="Concord loopback issuer", openapi_url=None, docs_url=None, redoc_url=None)
        app.add_api_route("/.well-known/openid-configuration", self.discovery, methods=["GET"])
        app.add_api_route("/keys", self.keys, methods=["GET"])
        app.add_api_route("/authorize", self.authorize, methods=["GET"], response_model=None)
        app.add_api_route("/authorize", self.choose, methods=["POST"], response_model=None)
        app.add_api_route("/token", self.token, methods=["POST"], response_model=None)
        app.add_api_route("/logout", self.logout, methods=["POST"], response_model=None)
        return app

    def discovery(self) -> dict[str, Any]:
        """OpenID Connect Discovery 1.0."""
        return {
            "issuer": self._issuer,
            "authorization_endpoint": f"{self._issuer}/authorize",
            "token_endpoint": f"{self._issuer}/token",
            "jwks_uri": f"{self._issuer}/keys",
            "end_session_endpoint": f"{self._issuer}/logout",
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
            "code_challenge_methods_supported": ["S256"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt", "none"],
            "backchannel_logout_supported": True,
            "backchannel_logout_session_supported": True,
            "authorization_response_iss_parameter_supported": True,
        }

    def keys(self) -> dict[str, Any]:
        """The signing keys."""
        return self._grants.public_keys

    def authorize(
        self,
        request: Request,
        client_id: Annotated[str, Query()] = "",
        redirect_uri: Annotated[str, Query()] = "",
        response_type: Annotated[str, Query()] = "",
        scope: Annotated[str, Query(max_length=1000)] = "",
        state: Annotated[str, Query(max_length=500)] = "",
        nonce: Annotated[str | None, Query(max_length=500)] = None,
        code_challenge: Annotated[str, Query(max_length=200)] = "",
        code_challenge_method: Annotated[str, Query()] = "",
        prompt: Annotated[str, Query()] = "",
    ) -> Response:
        """Signs a browser in that is known; lets another choose a person. Nothing wrong is redirected anywhere."""
        sound = response_type == "code" and code_challenge_method == "S256" and code_challenge
        if not sound or not self._directory.may_redirect(client_id, redirect_uri):
            return self._refused()
        asked = Asked(client_id, redirect_uri, state, code_challenge, nonce, scope)
        sid = self._state.by_browser(request.cookies.get(COOKIE, ""))
        if sid is not None and prompt != "login":
            return self._back(asked, sid)
        people = sorted(self._directory.people, key=lambda person: person.agency)
        groups = [
            (self._directory.agreement.agency(slug), list(members))
            for slug, members in groupby(people, key=lambda person: person.agency)
        ]
        page = self._pages.get_template("people.html").render(
            groups=groups, asked=self._box.seal(vars(asked), _CONTEXT, _CHOOSING)
        )
        return HTMLResponse(page, headers=_headers(redirect_uri))

    def choose(self, asked: Annotated[str, Form()] = "", user: Annotated[str, Form()] = "") -> Response:
        """The person was chosen."""
        try:
            request = Asked(**self._box.open(asked, _CONTEXT))
        except ConcordError:
            return self._refused()
        if self._directory.person(user) is None:
            return self._refused()
        cookie, sid = self._state.sign_in(user)
        response = self._back(request, sid)
        response.set_cookie(COOKIE, cookie, path="/", httponly=True, samesite="lax")
        return response

    async def token(self, request: Request) -> Response:
        """RFC 6749, section 3.2."""
        try:
            return JSONResponse(self._grants.token(await _fields(request)), headers=_NO_STORE)
        except GrantError as error:
            return JSONResponse({"error": error.error}, status_code=error.status, headers=_NO_STORE)

    async def logout(self, request: Request) -> Response:
        """Ends a session by a client's refresh token, and tells every client that has tokens of it."""
        try:
            session = self._grants.end_session(await _fields(request))
        except GrantError as error:
            return JSONResponse({"error": error.error}, status_code=error.status, headers=_NO_STORE)
        Thread(target=self._tell, args=(session,), name="back-channel-logout", daemon=True).start()
        return Response(status_code=204)

    def _tell(self, session: SignedIn) -> None:
        with httpx.Client(timeout=5, trust_env=False) as http:
            for client_id in sorted(session.clients):
                client = self._directory.client(client_id)
                if client is None:
                    continue
                try:
                    token = self._grants.logout_token(session, client_id)
                    http.post(client.backchannel_logout, data={"logout_token": token}).raise_for_status()
                except httpx.HTTPError:
                    self._log.warning("a client did not take a sign-out", peer=client_id)

    def _back(self, asked: Asked, sid: str) -> Response:
        code = self._state.new_code(
            asked.client_id,
            asked.redirect_uri,
            challenge=asked.challenge,
            nonce=asked.nonce,
            scope=asked.scope,
            sid=sid,
        )
        query = urlencode({"code": code, "state": asked.state, "iss": self._issuer})
        return RedirectResponse(f"{asked.redirect_uri}?{query}", status_code=303, headers=_NO_STORE)

    def _refused(self) -> Response:
        page = self._pages.get_template("refused.html").render()
        return HTMLResponse(page, status_code=400, headers=_headers(None))


async def _fields(request: Request) -> dict[str, str]:
    form = await request.form(max_fields=20, max_files=0)
    return {name: value for name, value in form.items() if isinstance(value, str)}


def _headers(redirect_uri: str | None) -> dict[str, str]:
    """No script, nothing from elsewhere; the form may lead to us and on to the client that asked."""
    target = ""
    if redirect_uri is not None:
        parts = urlsplit(redirect_uri)
        target = f" {parts.scheme}://{parts.netloc}"
    policy = (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self'{target}"
    )
    return {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY", **_NO_STORE}
