"""The path of a check, over REST and gRPC, on a real database: listed, checked, compared, released, read."""

from __future__ import annotations

from concord_core.values import today
from concord_screening.checks.domain import answer_by
from tests.support.screening_house import House

A, B = "unicef", "unhcr"


def test_the_whole_path(house: House) -> None:
    listing = house.listed(A, "Ivan Petrov", "1982-08-30")
    clear = house.checked(B, name_latin="Ana Lima", birth_date="1970-01-02")
    assert (clear["answer"], clear["answer_by"], clear["disclosures"]) == ("clear", None, [])

    asked = house.checked(B, name_latin="", name_native="Петров Иван", birth_date="1982-08-30")
    assert (asked["answer"], asked["answer_by"]) == ("in_review", answer_by(today()).isoformat())

    items = house.api(f"{A}-disclosure", "GET", "/work-items").json()["items"]
    assert [item["verb"] for item in items] == ["Compare the candidate with the listing"]
    review = items[0]["reference"]
    shown = house.api(f"{A}-disclosure", "GET", f"/reviews/{review}")
    assert shown.json()["candidate"]["names"] == ["Петров Иван"]
    assert shown.json()["listed"]["names"] == ["Ivan Petrov"]
    assert shown.json()["listing"] == listing
    assert {one["code"] for one in shown.json()["evidence"]}

    decided = house.api(
        f"{A}-disclosure",
        "POST",
        f"/reviews/{review}/decision",
        {"same_person": True, "reason": "same birth date, same name"},
        If_Match=shown.headers["ETag"],
    )
    assert decided.json()["state"] == "same"
    house.job("ask")
    assert house.api(f"{B}-recruiter", "GET", f"/checks/{asked['reference']}").json()["answer"] == "in_review"

    released = house.api(
        f"{A}-disclosure",
        "POST",
        f"/reviews/{review}/release",
        {"fields": ["basis", "decided_date"]},
        If_Match=decided.headers["ETag"],
    )
    assert released.status_code == 200, released.text
    house.job("ask")
    told = house.api(f"{B}-recruiter", "GET", f"/checks/{asked['reference']}").json()
    assert told["answer"] == "disclosed"
    assert told["disclosures"] == [
        {
            "agency": A,
            "released_date": today().isoformat(),
            "facts": [
                {"field": "basis", "value": "established_sea"},
                {"field": "decided_date", "value": "2026-03-01"},
            ],
        }
    ]
    assert house.api(f"{A}-disclosure", "GET", "/work-items").json()["items"] == []


def test_another_romanisation_with_its_parts_swapped_is_noticed(house: House) -> None:
    """Latin against Latin; the listing has no birth date, so that nothing but the name can show them."""
    house.listed(A, "Aleksandr Khrushchinskiy", "")
    found = house.checked(B, name_latin="Chruszczyński Alexander", birth_date="1979-04-11")
    plain = house.checked(B, name_latin="Hruschinsky Alexandr", birth_date="1979-04-11")
    other = house.checked(B, name_latin="Mendoza Beatriz", birth_date="1979-04-11")
    assert [one["answer"] for one in (found, plain, other)] == ["in_review", "in_review", "clear"]
