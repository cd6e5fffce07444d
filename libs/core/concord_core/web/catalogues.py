"""The message catalogues: read from `.po` files when the process starts, no compiled file, English in the code."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from gettext import GNUTranslations
from importlib.resources import files
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from concord_core.web.languages import DEFAULT, LANGUAGES

CORE = "concord_core.web"


def catalogue_path(package: str, lang: str) -> Path:
    """Where the catalogue of a package and language lies, whether or not it exists."""
    return Path(str(files(package))) / "locale" / lang / "LC_MESSAGES" / "messages.po"


def read_catalogue(package: str, lang: str) -> Catalog | None:
    """The parsed catalogue, or None if the package has none in this language. A broken file raises PoFileError."""
    path = catalogue_path(package, lang)
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return read_po(file, locale=lang, abort_invalid=True)


class Catalogues:
    """All languages of the core and of the given packages; a service's own words go before the core's."""

    def __init__(self, packages: Iterable[str] = ()) -> None:
        order = (*packages, CORE)
        self._by_lang: Mapping[str, GNUTranslations | None] = {
            lang: _chain(order, lang) for lang in LANGUAGES if lang != DEFAULT
        }

    def gettext(self, lang: str, message: str) -> str:
        """The translation, or the English message itself."""
        found = self._by_lang.get(lang)
        return found.gettext(message) if found and message else message

    def ngettext(self, lang: str, one: str, many: str, n: int) -> str:
        """The plural form of `lang` for n."""
        found = self._by_lang.get(lang)
        return found.ngettext(one, many, n) if found else (one if n == 1 else many)


def _chain(packages: Iterable[str], lang: str) -> GNUTranslations | None:
    first: GNUTranslations | None = None
    for package in packages:
        catalogue = read_catalogue(package, lang)
        if catalogue is None:
            continue
        compiled = io.BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        translations = GNUTranslations(compiled)
        if first is None:
            first = translations
        else:
            first.add_fallback(translations)
    return first
