"""The addresses of staff sign-in, under `<staff prefix>/signin`."""

from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from concord_core.errors.codes import CROSS_SITE
from concord_core.identity.errors import SIGNIN_FAILED
from concord_core.identity.staff import SIGNIN_LIFE, StaffSessions
from concord_core.web.forms import check_form_token


def signin_router(staff: StaffSessions) -> APIRouter:
    """`GET …/signin`, `GET …/signin/callback`, `POST …/signin/out`, `POST …/signin/backchannel`."""
    router = APIRouter(prefix=staff.signin_path, include_in_schema=False)

    @router.get("")
    def begin(next_path: Annotated[str, Query(alias="next", max_length=2000)] = "") -> Response:
        """Sends the browser to the issuer."""
        started = staff.begin(next_path)
        response = _redirect(started.location)
        life = int(SIGNIN_LIFE.total_seconds())
        _set_cookie(response, staff, staff.signin_cookie_name, started.cookie, staff.signin_path, life)
        return response

    @router.get("/callback")
    def callback(
        request: Request,
        state: Annotated[str | None, Query(max_length=500)] = None,
        code: Annotated[str | None, Query(max_length=2000)] = None,
        iss: Annotated[str | None, Query(max_length=500)] = None,
        error: Annotated[str | None, Query(max_length=200)] = None,
    ) -> Response:
        """Comes back from the issuer; the browser gets a new session and the page that it wanted."""
        if error is not None:
            raise SIGNIN_FAILED.error()
        finished = staff.finish(
            cookie=request.cookies.get(staff.signin_cookie_name),
            state=state,
            code=code,
            issuer=iss,
            old_session=request.cookies.get(staff.cookie_name),
        )
        response = _redirect(finished.next_path)
        response.delete_cookie(staff.signin_cookie_name, path=staff.signin_path)
        _set_cookie(response, staff, staff.cookie_name, finished.cookie, staff.prefix, None)
        return response

    @router.post("/out")
    def out(request: Request, form_token: Annotated[str, Form(max_length=200)] = "") -> Response:
        """Signs out here and everywhere, then shows the front door."""
        # The cookie is not sent by forms of other sites (SameSite); this also stops other origins of the same site.
        origin = request.headers.get("origin")
        if origin is not None and origin != staff.origin:
            raise CROSS_SITE.error()
        cookie = request.cookies.get(staff.cookie_name)
        if cookie:
            check_form_token(request, form_token)
            staff.sign_out(cookie)
        response = RedirectResponse("/", status_code=303)
        response.delete_cookie(staff.cookie_name, path=staff.prefix)
        return response

    @router.post("/backchannel")
    def backchannel(logout_token: Annotated[str, Form(max_length=32_768)]) -> Response:
        """The issuer says that a session ended; its signature is the authority."""
        staff.logged_out_by_issuer(logout_token)
        return Response(status_code=200, headers={"Cache-Control": "no-store"})

    return router


def _redirect(location: str) -> RedirectResponse:
    return RedirectResponse(location, status_code=303, headers={"Cache-Control": "no-store"})


def _set_cookie(
    response: Response, staff: StaffSessions, name: str, value: str, path: str, max_age: int | None
) -> None:
    """Closed to scripts, to other paths and to other sites; without `max_age` it ends with the browser."""
    response.set_cookie(name, value, max_age=max_age, path=path, secure=staff.secure, httponly=True, samesite="lax")
