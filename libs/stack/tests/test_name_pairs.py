"""The pairs of the walk: repeatable, in every script, never a name of the source."""

import unicodedata

from concord_stack.demo.name_pairs import FOLDER, JOINTS, draw


def latin(name: str) -> bool:
    """Whether every letter is Latin, with or without marks."""
    return all(unicodedata.name(letter).startswith("LATIN") for letter in name if letter.isalpha())


def test_a_seed_gives_the_same_pairs_and_another_gives_others() -> None:
    assert list(draw(7)) == list(draw(7))
    assert list(draw(7)) != list(draw(8))


def test_twenty_pairs_cover_every_script_and_are_spelled_in_two() -> None:
    pairs = list(draw(3))
    assert len(pairs) == 20
    assert {pair.script for pair in pairs} == set(JOINTS)
    for pair in pairs:
        assert latin(pair.listed) != latin(pair.checked), pair
        assert len(pair.birth_date) == 10


def test_parts_come_from_different_rows() -> None:
    for pair in draw(11, count=200):
        joint = JOINTS[pair.script]
        parts = pair.listed.replace(joint, " ").split()
        assert len(parts) == 2
        assert parts[0] != parts[1]


def test_the_extract_is_small() -> None:
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 100_000
