"""What an app made by `create_app` knows for its pages: languages, templates, asset addresses, its staff part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
)
from starlette.requests import HTTPConnection

from concord_core.web.assets import Assets
from concord_core.web.bars import bar
from concord_core.web.languages import LANGUAGES
from concord_core.web.roles import role_name
from concord_core.web.translator import Translator

KIT = Path(__file__).parent / "kit"


@dataclass
class WebState:
    """One per app, under `app.state.web`; only the template cache changes after the start."""

    service: str
    session_cookie: str
    staff_prefix: str
    translators: Mapping[str, Translator]
    assets: Assets
    _environments: dict[tuple[str, str], Environment] = field(default_factory=dict)

    def is_staff(self, path: str) -> bool:
        """Whether the path belongs to the staff part of this service."""
        return bool(self.staff_prefix) and (path + "/").startswith(self.staff_prefix + "/")

    def environment(self, package: str, lang: str) -> Environment:
        """The templates of a package in one language; made once, kept."""
        key = (package, lang)
        if key not in self._environments:
            self._environments[key] = make_environment(package, self.translators[lang])
        return self._environments[key]


def state_of(request: HTTPConnection) -> WebState:
    """The state of the request's app; needs an app made by `create_app`."""
    state: WebState = request.app.state.web
    return state


def make_environment(package: str, translator: Translator) -> Environment:
    """A template environment that escapes everything, knows one language and refuses unknown names."""
    loaders: list[BaseLoader] = [PackageLoader(package), PrefixLoader({"kit": FileSystemLoader(KIT)})]
    environment = Environment(
        loader=ChoiceLoader(loaders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals.update(
        {
            "_": translator.gettext,
            "gettext": translator.gettext,
            "ngettext": translator.ngettext,
            "lang": translator.lang,
            "dir": translator.direction,
            "languages": LANGUAGES,
            "link": lambda path, **query: link(path, translator.lang, **query),
            "date": translator.date,
            "datetime": translator.datetime,
            "number": translator.number,
            "due": translator.due,
            "code": translator.code,
            "options": translator.options,
            "agency_name": translator.agency,
            "entity_name": translator.entity,
            "role_name": lambda role: translator.gettext(role_name(role)),
            "clock": lambda *args, **more: bar(translator, *args, **more),
        }
    )
    return environment


def link(path: str, lang: str, **query: object) -> str:
    """An address inside Concord that keeps the language. `path` may carry a query or a fragment already."""
    base, hash_sign, fragment = path.partition("#")
    pairs = [(name, value) for name, value in query.items() if value is not None and value != ""]
    joined = urlencode([*pairs, ("lang", lang)])
    return f"{base}{'&' if '?' in base else '?'}{joined}{hash_sign}{fragment}"
