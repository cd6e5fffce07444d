"""Pages of one package: its templates, in the language of the request, inside the shared kit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from concord_core.web.forms import form_token, new_form_key
from concord_core.web.languages import LANGUAGES, lang_of
from concord_core.web.state import link, state_of


@dataclass(frozen=True)
class Pages:
    """`package` holds `templates/` and `locale/`; `prefix` is where its pages lie (`/cases`); `names` are known to all
    of its templates."""

    package: str
    prefix: str = ""
    names: Mapping[str, Any] = field(default_factory=dict)

    def render(
        self,
        request: Request,
        template: str,
        status: int = 200,
        *,
        headers: Mapping[str, str] | None = None,
        **context: Any,
    ) -> HTMLResponse:
        """Renders a template with the names of `README.md` and the given ones.

        An unknown name in the template raises `jinja2.UndefinedError`: a page with a hole is a fault.
        """
        state, lang = state_of(request), lang_of(request)
        path = request.url.path
        shared: dict[str, Any] = {
            "now": datetime.now(UTC),
            "principal": getattr(request.state, "principal", None),
            "form_token": form_token(request),
            "form_key": new_form_key(),
            "stylesheet": state.assets.url(path, "site.css"),
            "icon": state.assets.url(path, "icon.svg"),
            "language_links": _language_links(request),
            "staff_prefix": state.staff_prefix,
            "values": {},
            "errors": [],
        }
        html = state.environment(self.package, lang).get_template(template).render({**shared, **self.names, **context})
        return HTMLResponse(html, status, {"content-language": lang, **(headers or {})})

    def redirect(self, request: Request, path: str, **query: object) -> RedirectResponse:
        """303 to an address of this origin, in the same language. Raises ValueError for any other address."""
        if not path.startswith("/") or path.startswith("//") or "\\" in path:
            raise ValueError("a redirect stays on this origin")
        return RedirectResponse(link(path, lang_of(request), **query), 303)


def _language_links(request: Request) -> list[tuple[str, str, str]]:
    kept = {name: value for name, value in request.query_params.items() if name != "lang"}
    path = request.url.path
    return [(lang, name, link(path, lang, **kept)) for lang, name in LANGUAGES.items()]
