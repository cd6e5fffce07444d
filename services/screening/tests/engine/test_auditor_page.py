"""The auditors' page shows what the engine says now, picture for picture."""

from __future__ import annotations

import re

import pytest

from tools.draw_evidence import DOCS, PAGE, hits, page, picture

NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")


def _same(shown: str, now: str) -> bool:
    """Equal but for the last digit of a number, which another kind of processor may round the other way."""
    if NUMBER.sub("#", shown) != NUMBER.sub("#", now):
        return False
    pairs = zip(NUMBER.findall(shown), NUMBER.findall(now), strict=True)
    return all(float(a) == pytest.approx(float(b), rel=0.02, abs=2.0) for a, b in pairs)


def test_page_and_pictures_are_of_the_engine_as_it_is() -> None:
    found = hits()
    assert _same(PAGE.read_text("utf-8"), page(found))
    for key, hit in found.items():
        assert _same((DOCS / "evidence" / f"{key}.svg").read_text("utf-8"), picture(hit)), key
