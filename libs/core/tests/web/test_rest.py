"""The REST edge: one way to read the version and the key, one way to answer."""

import json
from datetime import UTC, date, datetime

import pytest
from pydantic import Field, ValidationError
from starlette.datastructures import FormData

from concord_core.errors import ConcordError
from concord_core.web.forms import chosen, filled_in, form_key, form_version, new_form_key, typed
from concord_core.web.rest import Body, answer, idempotency_key, if_match


class Named(Body):
    """A body."""

    name: str
    tags: list[str] = Field(default_factory=list)
    of: dict[str, str] = Field(default_factory=dict)


def refused(code: str, call: object, *given: object) -> None:
    with pytest.raises(ConcordError) as caught:
        call(*given)  # type: ignore[operator]
    assert caught.value.code == code


@pytest.mark.parametrize(("tag", "version"), [('"1"', 1), ('W/"12"', 12), (' "999999999" ', 999_999_999)])
def test_the_version_is_read_from_our_own_tags(tag: str, version: int) -> None:
    assert if_match(tag) == version


@pytest.mark.parametrize("tag", [None, "", "1", "*", '"x"', '""', '"1", "2"', '"٣"', '"-1"', '"1234567890"', 'w/"1"'])
def test_a_missing_or_foreign_tag_is_no_version(tag: str | None) -> None:
    refused("version_required", if_match, tag)


@pytest.mark.parametrize("key", [None, "", "seven77", "x" * 129])
def test_a_key_has_8_to_128_characters(key: str | None) -> None:
    refused("idempotency_key_required", idempotency_key, key)
    refused("form_expired", form_key, FormData({"key": key or ""}))


@pytest.mark.parametrize("version", ["", "x", "٣", "-1", "1234567890"])
def test_a_form_that_lost_its_version_is_too_old(version: str) -> None:
    refused("form_expired", form_version, FormData({"version": version}))


def test_a_form_sent_twice_is_the_same_whatever_token_it_carries() -> None:
    key = new_form_key()
    sent = [FormData([("form_token", token), ("key", key), ("name", "a"), ("name", "b")]) for token in ("one", "two")]
    assert filled_in(sent[0]) == filled_in(sent[1]) == [("name", "a"), ("name", "b")]
    assert idempotency_key(key) == form_key(sent[0]) == key
    assert form_version(FormData({"version": "7"})) == 7


def test_unknown_fields_are_refused_and_blanks_fall_away() -> None:
    assert Named.model_validate({"name": "  Ana "}).name == "Ana"
    with pytest.raises(ValidationError):
        Named.model_validate({"name": "Ana", "more": 1})


@pytest.mark.parametrize(
    "body", [{"name": "A\0na"}, {"name": "Ana", "tags": ["\0"]}, {"name": "Ana", "of": {"\0": ""}}]
)
def test_the_character_zero_is_refused_in_a_body_and_dropped_from_a_form(body: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Named.model_validate(body)
    form = FormData([("tags", "A\0na"), ("tags", "\0")])
    assert typed(form, "tags") == ""
    assert chosen(form, "tags") == ("Ana", "")


def test_an_answer_has_its_version_as_tag_and_is_kept_by_nobody() -> None:
    made = answer({"reference": "X-1", "version": 3, "day": date(2026, 1, 2)}, 201, location="/api/things/X-1")
    assert (made.status_code, json.loads(bytes(made.body))) == (
        201,
        {"reference": "X-1", "version": 3, "day": "2026-01-02"},
    )
    assert made.headers["etag"] == '"3"'
    assert made.headers["location"] == "/api/things/X-1"
    assert made.headers["cache-control"] == "no-store"
    assert if_match(made.headers["etag"]) == 3
    listed = answer({"items": [], "at": datetime(2026, 1, 2, tzinfo=UTC)})
    assert json.loads(bytes(listed.body))["at"] == "2026-01-02T00:00:00Z"
    assert "etag" not in listed.headers
    assert "location" not in listed.headers
