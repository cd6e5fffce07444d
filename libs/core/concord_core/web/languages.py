"""The six languages: their own names, their direction, and which one a request asks for."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import HTTPConnection

LANGUAGES: Mapping[str, str] = {
    "ar": "العربية",
    "zh": "中文",
    "en": "English",
    "fr": "Français",
    "ru": "Русский",
    "es": "Español",
}
DEFAULT = "en"
RIGHT_TO_LEFT = frozenset({"ar"})


def direction(lang: str) -> str:
    """`rtl` or `ltr`, for the attribute `dir`."""
    return "rtl" if lang in RIGHT_TO_LEFT else "ltr"


def lang_of(request: HTTPConnection) -> str:
    """One of the six: the address's `?lang=`, else the best of `Accept-Language`, else English. No cookie is read."""
    asked = request.query_params.get("lang", "")
    if asked in LANGUAGES:
        return asked
    return _negotiate(request.headers.get("accept-language", ""))


def _negotiate(header: str) -> str:
    best, best_weight = DEFAULT, 0.0
    for part in header[:200].split(","):
        tag, _, parameter = part.strip().partition(";")
        lang = tag.strip().lower().split("-")[0]
        weight = _weight(parameter.strip())
        if lang in LANGUAGES and weight > best_weight:
            best, best_weight = lang, weight
    return best


def _weight(parameter: str) -> float:
    if not parameter:
        return 1.0
    try:
        return min(1.0, float(parameter.removeprefix("q=")))
    except ValueError:
        return 0.0
