"""The auditors' page shows what the engine says now, picture for picture."""

from __future__ import annotations

import re

from tools.draw_evidence import DOCS, PAGE, hits, page, picture

NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
TAG = re.compile(r"<[^>]*>")


def _same(shown: str, now: str, pixels: bool = False) -> bool:
    """Equal but for the last digit shown of a number, or two pixels: another processor may round the other way."""
    if NUMBER.sub("#", shown) != NUMBER.sub("#", now):
        return False
    pairs = zip(NUMBER.findall(shown), NUMBER.findall(now), strict=True)
    return all(abs(float(a) - float(b)) <= (2.0 if pixels else _last_digit(a)) for a, b in pairs)


def _last_digit(number: str) -> float:
    return 1.001 * float(10.0 ** -len(number.partition(".")[2]))


def test_a_page_that_says_something_else_is_told_apart() -> None:
    assert _same("score .9995, +2.3, 1 in 500", "score .9995, +2.4, 1 in 500")
    assert not _same("+2.3", "+2.5")
    assert not _same("0.9995", "0.9993")
    assert not _same("1 in 500", "1 in 1000")


def test_page_and_pictures_are_of_the_engine_as_it_is() -> None:
    found = hits()
    assert _same(PAGE.read_text("utf-8"), page(found))
    for key, hit in found.items():
        shown, now = (DOCS / "evidence" / f"{key}.svg").read_text("utf-8"), picture(hit)
        assert _same(TAG.sub(" ", shown), TAG.sub(" ", now)), key
        assert _same(shown, now, pixels=True), key
