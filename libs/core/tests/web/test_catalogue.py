"""A message without a translation fails the build, and so do other parameters and words that nothing uses."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from concord_core.web.catalogue import faults, messages
from concord_core.web.catalogues import catalogue_path, read_catalogue
from concord_core.web.languages import DEFAULT, LANGUAGES

PO = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'


def test_the_core_lacks_nothing() -> None:
    assert list(faults("concord_core.web")) == []


def test_messages_of_code_templates_and_errors_are_found() -> None:
    found = messages("concord_core.web")
    assert {"Leave now", "The token has ended. Sign in again.", "This is needed.", "Case officer"} <= set(found)
    assert ("in %(num)s day", "in %(num)s days") in found


@pytest.mark.parametrize("lang", [lang for lang in LANGUAGES if lang != DEFAULT])
def test_every_plural_form_of_the_language_is_filled(lang: str) -> None:
    catalogue = read_catalogue("concord_core.web", lang)
    assert catalogue is not None
    entry = catalogue.get("in %(num)s day")
    assert entry is not None
    assert isinstance(entry.string, (tuple, list))
    assert len(entry.string) == {"ar": 6, "ru": 3, "zh": 1}.get(lang, 2)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of one module with two messages, and catalogues that lack nothing."""
    folder = tmp_path / "words_of_a_test"
    folder.mkdir()
    (folder / "__init__.py").write_text('def say(_):\n    return _("Hello %(name)s", name=1), _("Good bye")\n')
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "words_of_a_test", raising=False)
    for lang in LANGUAGES:
        _write(lang, 'msgid "Hello %(name)s"\nmsgstr "H %(name)s"\n\nmsgid "Good bye"\nmsgstr "G"\n')
    return folder


def _write(lang: str, text: str) -> None:
    path = catalogue_path("words_of_a_test", lang)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{PO}\n{text}", encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('msgid "Good bye"\nmsgstr "G"\n', 'no translation of "Hello'),
        ('msgid "Good bye"\nmsgstr ""\n\nmsgid "Hello %(name)s"\nmsgstr "%(name)s"\n', 'no translation of "Good'),
        ('msgid "Good bye"\nmsgstr "G"\n\nmsgid "Hello %(name)s"\nmsgstr "%(nom)s"\n', "other parameters"),
        ('#, fuzzy\nmsgid "Good bye"\nmsgstr "G"\n\nmsgid "Hello %(name)s"\nmsgstr "%(name)s"\n', "not certain"),
    ],
)
def test_each_fault_is_named(package: Path, text: str, fault: str) -> None:
    assert list(faults("words_of_a_test")) == []
    _write("ru", text)
    found = list(faults("words_of_a_test"))
    assert len(found) == 1
    assert "ru" in found[0]
    assert fault in found[0]


def test_words_that_nothing_uses_are_named(package: Path) -> None:
    (package / "__init__.py").write_text('def say(_):\n    return _("Good bye")\n')
    assert all("nothing uses" in fault for fault in faults("words_of_a_test"))


def test_a_template_that_does_not_parse_is_named(package: Path) -> None:
    (package / "page.html").write_text("{% if %}")
    with pytest.raises(SystemExit, match=r"page\.html"):
        messages("words_of_a_test")
