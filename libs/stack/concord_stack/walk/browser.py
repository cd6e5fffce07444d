"""A browser without JavaScript and without cookies that outlive it: pages, their words and their forms.

Enough to fill in a form as a person on an old phone does: it sends hidden fields back as they came.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx

from concord_stack.walk.evidence import StepError


@dataclass
class Form:
    """A form of a page: where it goes and what it holds now. `choices` lists the values of radios and selects."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    submits: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Page:
    """What came back: status, address, visible words, forms, links."""

    status: int
    url: str
    headers: httpx.Headers
    html: str
    text: str
    forms: tuple[Form, ...]
    links: tuple[tuple[str, str], ...]
    codes: tuple[str, ...]

    def form(self, *names: str) -> Form:
        """The first form that has all these fields; `StepError` if there is none."""
        for form in self.forms:
            if all(name in form.values or name in form.choices for name in names):
                return form
        raise StepError(f"{self.url} has no form with {', '.join(names) or 'fields'} (status {self.status})")


class Browser:
    """Opens pages of one origin; `client` carries the transport and, for staff, the cookies."""

    def __init__(self, client: httpx.Client, language: str = "en") -> None:
        self._client = client
        self._language = language

    def open(self, path: str) -> Page:
        """Opens an address of this origin in the browser's language."""
        mark = "&" if "?" in path else "?"
        return self._page(self._client.get(f"{path}{mark}lang={self._language}", follow_redirects=True))

    def send(self, page: Page, form: Form, values: Mapping[str, str | list[str]], submit: str = "") -> Page:
        """Sends a form with `values` over what it holds; `submit` is the `name=value` of the button pressed."""
        data: dict[str, str | list[str]] = {**form.values, **values}
        if submit:
            name, _, value = submit.partition("=")
            data[name] = value
        return self._page(self._client.post(urljoin(page.url, form.action), data=data, follow_redirects=True))

    def _page(self, response: httpx.Response) -> Page:
        reader = _Reader()
        reader.feed(response.text)
        return Page(
            response.status_code,
            str(response.url),
            response.headers,
            response.text,
            " ".join(" ".join(reader.words).split()),
            tuple(reader.forms),
            tuple(reader.links),
            tuple(code.strip() for code in reader.codes),
        )


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.codes: list[str] = []
        self._select: str | None = None
        self._textarea: str | None = None
        self._code = False
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag in ("script", "style"):
            self._silent += 1
        elif tag == "a" and "href" in found:
            self.links.append((found["href"], found.get("rel", "")))
        elif tag == "code":
            self._code = True
            self.codes.append("")
        elif tag == "form":
            self.forms.append(Form(found.get("action", ""), found.get("method", "get").lower()))
        elif self.forms:
            self._control(tag, found)

    def _control(self, tag: str, found: dict[str, str]) -> None:
        form, name = self.forms[-1], found.get("name", "")
        kind = found.get("type", "text") if tag == "input" else tag
        if kind in ("radio", "checkbox"):
            form.choices.setdefault(name, []).append(found.get("value", "on"))
            if "checked" in found:
                form.values[name] = found.get("value", "on")
        elif kind in ("submit", "button"):
            form.submits.append((name, found.get("value", "")))
        elif tag == "select":
            self._select = name
            form.choices.setdefault(name, [])
        elif tag == "option" and self._select is not None:
            form.choices[self._select].append(found.get("value", ""))
            if "selected" in found:
                form.values[self._select] = found.get("value", "")
        elif tag == "textarea":
            self._textarea = name
            form.values[name] = ""
        elif tag == "input" and name:
            form.values[name] = found.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._silent -= 1
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._textarea = None
        elif tag == "code":
            self._code = False

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        if self._textarea is not None and self.forms:
            self.forms[-1].values[self._textarea] += data
        if self._code:
            self.codes[-1] += data
        self.words.append(data)
