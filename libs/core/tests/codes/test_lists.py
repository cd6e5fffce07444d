"""Code lists: complete, in six languages, and helpful when a code is wrong."""

from __future__ import annotations

import pytest

from concord_core.codes import CodeLists
from concord_core.codes.lists import COUNTRIES, LANGUAGES
from concord_core.errors import ConcordError
from concord_core.errors.codes import UNKNOWN_CODE

LISTS = CodeLists.load()


def test_all_lists_are_there_and_every_code_has_every_label() -> None:
    assert len(LISTS.names) == 41
    for name in LISTS.names:
        for lang in LANGUAGES:
            options = LISTS.options(name, lang)
            assert options
            assert all(code and label for code, label in options)


def test_a_known_code_passes_and_is_shown_in_the_language() -> None:
    LISTS.check("case_stage", "received")
    assert LISTS.label("allegation_type", "sexual_abuse", "zh") == "性虐待"
    assert LISTS.label("allegation_type", "of_a_newer_version", "en") == "of_a_newer_version"


@pytest.mark.parametrize("wrong", ["sexual_abus", "Sexual abuse", "SEXUAL_ABUSE"])
def test_an_unknown_code_names_its_field_and_close_codes(wrong: str) -> None:
    with pytest.raises(ConcordError) as caught:
        LISTS.check("allegation_type", wrong, "allegation.type")
    assert caught.value.definition is UNKNOWN_CODE
    assert caught.value.fields[0].path == "allegation.type"
    close = str(caught.value.params["close"]).split(", ")
    assert close[0] == "sexual_abuse"
    assert len(close) <= 3


def test_the_error_does_not_repeat_what_was_typed() -> None:
    with pytest.raises(ConcordError) as caught:
        LISTS.check("sex", "Zed Marker", "sex")
    assert "Zed" not in repr(caught.value.params) + repr(caught.value.fields) + str(caught.value)


def test_a_list_that_does_not_exist_is_a_fault_of_the_program() -> None:
    with pytest.raises(KeyError):
        LISTS.check("no_such_list", "x")


def test_countries_stand_in_the_alphabet_of_the_language() -> None:
    french = [label for _, label in LISTS.options(COUNTRIES, "fr")]
    assert french.index("Égypte") < french.index("France")
    assert {code for code, _ in LISTS.options(COUNTRIES, "ru")} == {code for code, _ in LISTS.options(COUNTRIES, "en")}


def test_entities_are_found_whatever_their_case() -> None:
    found = LISTS.entity("unicef")
    assert found is not None
    assert found.acronym == "UNICEF"
    assert found.name("zh") != found.name("fr")
    assert LISTS.entity("nobody") is None


def test_support_types_of_mechanisms_are_codes() -> None:
    assert LISTS.mechanisms
    for mechanism in LISTS.mechanisms:
        LISTS.check("support_group", mechanism.group)
        for support_type in mechanism.support_types:
            LISTS.check("support_type", support_type)
