"""The catalogue check: every message that code or templates show exists, translated, in all six languages.

`python -m concord_core.web.catalogue PACKAGE…` prints what is missing and exits 1 if anything is. English is in code.
Messages are those of `_`, `gettext`, `ngettext`, `msgid`, of each `ErrorCode` and `FieldError`, and the texts of forms.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from jinja2 import TemplateSyntaxError

from concord_core.web.catalogues import CORE, read_catalogue
from concord_core.web.languages import DEFAULT, LANGUAGES

METHODS = [
    ("**.py", "python"),
    ("**.html", "jinja2.ext:babel_extract"),
    ("**/forms/*.yaml", "concord_core.web.form_messages:extract"),
]
OPTIONS = {"**.html": {"silent": "false"}}  # a template that does not parse is a fault, not a page without words
KEYWORDS = {
    "_": None,
    "gettext": None,
    "msgid": None,
    "ngettext": (1, 2),
    "ErrorCode": (3,),
    "FieldError": (3,),
}
PARAMETER = re.compile(r"%\((\w+)\)s")


def messages(package: str) -> dict[str | tuple[str, str], str]:
    """Message (plural: both forms) → where it stands first. The core's messages are those of all its rooms."""
    folder = Path(str(files(package.partition(".")[0])))
    found: dict[str | tuple[str, str], str] = {}
    reading = [""]
    extracted = extract_from_dir(
        folder, METHODS, OPTIONS, keywords=KEYWORDS, callback=lambda name, _method, _options: reading.append(name)
    )
    try:
        for name, line, text, _comments, _context in extracted:
            if text:
                key = (text[0], text[1]) if isinstance(text, tuple) else text
                found.setdefault(key, f"{name}:{line}")
    except TemplateSyntaxError as error:
        raise SystemExit(f"{package}: {reading[-1]}, line {error.lineno}: {error.message}") from error
    return found


def faults(package: str) -> Iterator[str]:
    """What is wrong with a package's catalogues, one sentence each."""
    needed = messages(package)
    for lang in LANGUAGES:
        if lang == DEFAULT:
            continue
        own = read_catalogue(package, lang)
        shared = read_catalogue(CORE, lang)
        for message, place in needed.items():
            entry = _find(message, own, shared)
            text = message if isinstance(message, str) else message[0]
            if entry is None:
                yield f'{package}: {lang}: no translation of "{text}" ({place})'
            else:
                yield from _wrong(package, lang, text, entry)
        if own is not None:
            known = {text for key in needed for text in ((key,) if isinstance(key, str) else key)}
            yield from (
                f'{package}: {lang}: nothing uses "{_first(entry)}"'
                for entry in own
                if entry.id and _first(entry) not in known
            )


def _find(message: str | tuple[str, str], *catalogues: Catalog | None) -> Message | None:
    for catalogue in catalogues:
        entry = catalogue.get(message if isinstance(message, str) else message[0]) if catalogue else None
        if entry is not None and entry.string and (isinstance(entry.string, str) or all(entry.string)):
            return entry
    return None


def _wrong(package: str, lang: str, text: str, entry: Message) -> Iterator[str]:
    if entry.fuzzy:
        yield f'{package}: {lang}: "{text}" is marked as not certain'
    forms = (entry.string,) if isinstance(entry.string, str) else entry.string or ()
    wanted = set(PARAMETER.findall(text)) | {"num"}
    for form in forms:
        if not set(PARAMETER.findall(form)) <= wanted or (
            isinstance(entry.string, str) and set(PARAMETER.findall(form)) != set(PARAMETER.findall(text))
        ):
            yield f'{package}: {lang}: "{text}" is translated with other parameters'


def _first(entry: Message) -> str:
    return entry.id if isinstance(entry.id, str) else entry.id[0]


def main(packages: Iterable[str]) -> int:
    """Prints every fault; the exit code."""
    found = [fault for package in packages for fault in faults(package)]
    sys.stdout.write("".join(f"{fault}\n" for fault in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
