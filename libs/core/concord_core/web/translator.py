"""One language's words, dates, numbers and code labels, as templates and code use them."""

from __future__ import annotations

import datetime as dt

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from starlette.requests import HTTPConnection

from concord_core.codes import CodeLists
from concord_core.web.catalogues import Catalogues
from concord_core.web.languages import direction, lang_of

HOURLY = dt.timedelta(days=2)
BEFORE_TIME = {"ar": "، ", "zh": " "}
FORMATS = {"en": "en_GB"}  # the United Nations writes 22 November 2026


class Translator:
    """Words and formats of one language; immutable, shared by all requests in that language.

    Times are shown in UTC and say so: the people of one case sit in many time zones.
    """

    def __init__(self, catalogues: Catalogues, codes: CodeLists, lang: str) -> None:
        self._catalogues = catalogues
        self._codes = codes
        self._locale = Locale.parse(FORMATS.get(lang, lang))
        self.lang = lang
        self.direction = direction(lang)

    def gettext(self, message: str, **params: object) -> str:
        """The translated message with `%(name)s` filled in."""
        return _fill(self._catalogues.gettext(self.lang, message), params)

    def ngettext(self, one: str, many: str, n: int, **params: object) -> str:
        """The plural form for n, with `%(num)s` = n as this language writes it."""
        text = self._catalogues.ngettext(self.lang, one, many, n)
        return _fill(text, {"num": self.number(n), **params})

    def date(self, day: dt.date | dt.datetime, length: str = "long") -> str:
        """A date; `length` is `short`, `medium` or `long`. A datetime is taken in UTC."""
        if isinstance(day, dt.datetime):
            day = _utc(day).date()
        return format_date(day, self._length(length), locale=self._locale)

    def datetime(self, moment: dt.datetime, length: str = "medium") -> str:
        """Date and time of day, in UTC, followed by `UTC`."""
        at = _utc(moment)
        clock = format_datetime(at, "HH:mm", locale=self._locale)
        return f"{self.date(at, length)}{BEFORE_TIME.get(self.lang, ', ')}{clock} UTC"

    def _length(self, length: str) -> str:
        if length not in ("short", "medium", "long", "full"):
            raise ValueError("a date is short, medium, long or full")
        # Arabic's medium form is digits between slashes, which right-to-left text turns around
        return "long" if self.lang == "ar" and length == "medium" else length

    def number(self, value: int | float) -> str:
        """A number with this language's grouping."""
        return format_decimal(value, locale=self._locale)

    def due(self, due: dt.date | dt.datetime, now: dt.datetime | None = None) -> str:
        """How long until `due` in words: "in 3 days", "today", "2 days late". Dates count whole UTC days.

        A moment less than two days away counts hours. The last moment of a day stands for the day.
        """
        now = now or dt.datetime.now(dt.UTC)
        if isinstance(due, dt.datetime) and _utc(due).time() != dt.time.max and abs(_utc(due) - _utc(now)) < HOURLY:
            return self._due_in_hours(_utc(due) - _utc(now))
        days = days_between(now, due)
        if days < 0:
            return self.ngettext("%(num)s day late", "%(num)s days late", -days)
        if days == 0:
            return self.gettext("today")
        return self.ngettext("in %(num)s day", "in %(num)s days", days)

    def _due_in_hours(self, left: dt.timedelta) -> str:
        hours = abs(left) // dt.timedelta(hours=1)
        if left < dt.timedelta():
            late = self.ngettext("%(num)s hour late", "%(num)s hours late", hours)
            return late if hours else self.gettext("less than an hour late")
        return self.ngettext("in %(num)s hour", "in %(num)s hours", hours) if hours else self.gettext("within the hour")

    def code(self, list_name: str, code: str) -> str:
        """The label of a code."""
        return self._codes.label(list_name, code, self.lang)

    def options(self, list_name: str) -> list[tuple[str, str]]:
        """`(code, label)` of a whole code list."""
        return self._codes.options(list_name, self.lang)

    def agency(self, slug: str) -> str:
        """An agency's name as people know it: the acronym of the entity list, with its case."""
        entity = self._codes.entity(slug)
        return entity.acronym if entity else slug

    def entity(self, slug: str) -> str:
        """The full name of an agency in words, English unless the entity list has this language; empty if unknown."""
        entity = self._codes.entity(slug)
        return entity.name(self.lang) if entity else ""


def days_between(now: dt.datetime, then: dt.date | dt.datetime) -> int:
    """Whole UTC days from now until then; a moment that has passed today is a day late already."""
    if isinstance(then, dt.datetime):
        days = (_utc(then).date() - _utc(now).date()).days
        return -1 if days == 0 and _utc(then) < _utc(now) else days
    return (then - _utc(now).date()).days


def translator_of(request: HTTPConnection) -> Translator:
    """The translator of the request's language; needs an app made by `create_app`."""
    translators: dict[str, Translator] = request.app.state.web.translators
    return translators[lang_of(request)]


def _utc(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(dt.UTC) if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _fill(text: str, params: dict[str, object]) -> str:
    return text % params if params else text
