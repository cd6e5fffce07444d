"""What is copied out of several segments to be compared is what they hold, each different part once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, product
from random import Random
from string import ascii_lowercase

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concord_screening.engine import places
from concord_screening.engine.analysis import Part, forms
from concord_screening.engine.choose import DIFFERENT, NOT_KNOWN, SAME
from concord_screening.engine.dates import DateRelation, parse, relation, today
from concord_screening.engine.domain import Name, Subject
from concord_screening.engine.excerpt import Excerpt, excerpt
from concord_screening.engine.lexicon import Lexicon, pack
from concord_screening.engine.listing import GENDERS, Builder, People, finish, parts_of
from concord_screening.engine.loaded import Segment
from concord_screening.engine.romanise import Channel
from concord_screening.engine.search import Particulars
from services.screening.tests.engine.people import SPECIAL, crowd

ASKED = Particulars(parse("1984-03-09", today()), places.number("Poland"), GENDERS["female"])
NOBODY = Particulars(0, 0, 0)
MANY_NAMES = (
    Subject(
        "many", (Name("Amina Haddad"), Name("أمينة حداد"), Name("Amina Moreau Haddad"), Name("Haddad Amina")),
        ("1984-09-03", "1984", "1950-01-01"), ("FR", "PL"), "female",
    ),
    Subject("hyphened", (Name("Tsai Mei-ling"), Name("蔡美玲"), Name("阿都卡立"))),
    Subject("again", (Name("Amina Haddad"), Name("Haddad")), ("1984-03-09",), ("Poland",), "male"),
)  # fmt: skip
# Alike in all but where a spelling ends, in which channel it is, or how many there are.
TRICKY = (
    Part(((Channel.LATIN, "ab"), (Channel.LATIN, "c"))),
    Part(((Channel.LATIN, "a"), (Channel.LATIN, "bc"))),
    Part(((Channel.LATIN, "abc"),)),
    Part(((Channel.CYRILLIC, "abc"),)),
    Part(((Channel.LATIN, "ab"), (Channel.ARABIC, "c"))),
    Part(((Channel.LATIN, "c"), (Channel.LATIN, "ab"))),
    Part(((Channel.HAN, "aBz"),)),
)
Place = tuple[int, int]


def _segment(subjects: Sequence[Subject]) -> Segment:
    builder = Builder()
    for subject in subjects:
        assert builder.add(subject)
    return Segment.of(builder.listing())


def _of_parts(names_of: Sequence[Sequence[Sequence[Part]]]) -> Segment:
    """A segment of people of whom nothing is known but the names, as the parts that they are made of."""
    lexicon = Lexicon()
    names = [name for own in names_of for name in own]
    numbers = [lexicon.number(part) for name in names for part in name]
    nothing = np.zeros(len(names_of) + 1, np.uint32)
    people = People(
        np.arange(len(names_of) + 1, dtype=np.uint32), np.arange(len(names_of), dtype=np.uint8),
        _starts(map(len, names_of)), _starts(map(len, names)), np.array(numbers, np.uint32),
        np.repeat(np.arange(len(names_of), dtype=np.uint32), [*map(len, names_of)]), np.zeros(len(names), np.uint8),
        nothing, np.zeros(0, np.int32), nothing, np.zeros(0, np.uint16), np.zeros(len(names_of), np.uint8),
    )  # fmt: skip
    return Segment.of(finish(lexicon.words(), people))


def _starts(counts: map[int]) -> np.ndarray:
    return np.cumsum([0, *counts]).astype(np.uint32)


def _copied(segments: Sequence[Segment], chosen: Sequence[Place], asked: Particulars) -> Excerpt:
    segment, subject = np.array(chosen, dtype=np.int64).reshape(-1, 2).T.copy()
    every = np.stack([own.addresses for own in segments])
    return Excerpt(*excerpt(segments[0].listed, every, segment, subject.astype(np.uint32), asked))


def _names(copied: Excerpt) -> list[list[tuple[int, tuple[Part, ...]]]]:
    """By person the channel and the parts of each name; no part may stand there twice, or for nobody."""
    names = copied.names
    parts = parts_of(names.words)
    assert len(parts) == len(set(parts)) == len(set(names.part.tolist()))
    assert names.words.rare.tolist() == pack(parts).rare.tolist()
    spelled = [tuple(parts[part] for part in names.part[low:high]) for low, high in pairwise(names.first.tolist())]
    every = [*zip(names.channel.tolist(), spelled, strict=True)]
    assert copied.first[-1] == len(every)
    return [every[low:high] for low, high in pairwise(copied.first.tolist())]


def _agreement(asked: int, listed: Sequence[int]) -> int:
    if not asked or not listed:
        return NOT_KNOWN
    return SAME if asked in listed else DIFFERENT


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("asked", [ASKED, NOBODY], ids=["asked", "nothing"])
def test_names_and_particulars_are_those_of_the_segments(asked: Particulars, seed: int) -> None:
    people = [[*crowd(40, 1), *MANY_NAMES[:1]], [*SPECIAL, *crowd(30, 2)], [*MANY_NAMES, *crowd(5, 1), *SPECIAL[:2]]]
    segments = [_segment(own) for own in people]
    every = [(number, at) for number, own in enumerate(people) for at in range(len(own))]
    chosen = Random(seed).sample(every, 5 if seed == 0 else 60)
    copied = _copied(segments, chosen, asked)
    subjects = [people[number][at] for number, at in chosen]
    assert _names(copied) == [
        [*{form.parts: (int(form.channel), form.parts) for name in own.names for form in forms(name.text)}.values()]
        for own in subjects
    ]
    for k, own in enumerate(subjects):
        dobs = [parse(dob, today()) for dob in own.dobs if asked.dob]
        assert copied.date[k] == max((relation(asked.dob, dob) for dob in dobs), default=DateRelation.UNKNOWN)
        assert copied.country[k] == _agreement(asked.country, [places.number(country) for country in own.countries])
        assert copied.gender[k] == _agreement(asked.gender, [GENDERS[own.gender]] if own.gender else [])


def test_one_person_in_many_segments_has_the_same_parts() -> None:
    segments = [_segment([*crowd(n, seed=n), *MANY_NAMES]) for n in range(1, 7)]
    chosen = [(number, number + 1) for number in range(6)]  # the first behind a crowd of 1, 2, 3 ...
    copied = _copied(segments, chosen[::-1], NOBODY)
    names = _names(copied)
    assert len(names[0]) > 1
    assert names == [names[0]] * 6
    assert len(copied.names.words.first) - 1 == len({part for _, name in names[0] for part in name})


def test_of_nobody_nothing_is_copied() -> None:
    copied = _copied([_segment(SPECIAL)], [], ASKED)
    assert _names(copied) == []
    assert [len(array) for array in (*copied.names.words, *copied[1:])] == [0, 1, 0, 1, 0, 1, 0, 0, 0]


NAMES = st.lists(st.lists(st.sampled_from(TRICKY), min_size=1, max_size=4), min_size=1, max_size=3)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(NAMES, min_size=1, max_size=4), min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_parts_of_the_same_letters_are_told_apart(people: list[list[list[list[Part]]]], random_: Random) -> None:
    segments = [_of_parts(own) for own in people]
    chosen = [(number, at) for number, own in enumerate(people) for at in range(len(own))]
    random_.shuffle(chosen)
    assert _names(_copied(segments, chosen, NOBODY)) == [
        [(0, tuple(name)) for name in people[number][at]] for number, at in chosen
    ]


def test_many_parts_of_one_length_are_told_apart() -> None:
    """So many that some of them fall on the same place of the table that parts are looked up in."""
    words = [Part(((Channel.LATIN, "".join(own)),)) for own in product(ascii_lowercase, repeat=2)]
    segments = [_of_parts([[[word]] for word in words[begin::3] + words[:100]]) for begin in range(3)]
    chosen = [(number, at) for at in range(325) for number in range(3)]
    expected = [[(0, (own,))] for own in ((words[number::3] + words[:100])[at] for number, at in chosen)]
    assert _names(_copied(segments, chosen[::-1], NOBODY)) == expected[::-1]
