"""The trees of several lists grown into one: each spelling stands where its own tree has it, and nothing else does."""

from __future__ import annotations

import mmap
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concord_screening.engine import segment
from concord_screening.engine.domain import Name, Subject
from concord_screening.engine.forest import plant
from concord_screening.engine.listing import Builder, Listing
from concord_screening.engine.trie import Trie
from services.screening.tests.engine.people import SPECIAL, crowd

Paths = list[tuple[int, bytes, int]]


def listing(subjects: Sequence[Subject]) -> Listing:
    builder = Builder()
    for subject in subjects:
        builder.add(subject)
    return builder.listing()


def paths(tree: Trie) -> Paths:
    """Channel, letters and part of every spelling in a tree, in the order of the tree."""
    found: Paths = []
    for channel, root in enumerate(tree.root.tolist()):
        waiting = [(root, b"")]
        while waiting:
            node, letters = waiting.pop()
            ends = tree.ends[tree.end[node] : tree.end[node + 1]]
            assert tree.part[ends].tolist() == sorted(tree.part[ends].tolist())  # in the order of the lists
            found += [(channel, letters, part) for part in tree.part[ends].tolist()]
            own = range(tree.child[node], tree.child[node] + tree.children[node])
            below = [(child, letters + bytes([tree.letter[child]])) for child in own]
            assert [letters for _, letters in below] == sorted({letters for _, letters in below})
            waiting += reversed(below)
    return found


def by_list(lists: Sequence[Listing]) -> Paths:
    """The same, of trees side by side."""
    found: Paths = []
    first = 0
    for own in lists:
        found += [(channel, letters, first + part) for channel, letters, part in paths(own.tree)]
        first += len(own.words.first) - 1
    return sorted(found)


def test_everything_of_many_lists_is_in_one_tree() -> None:
    people = [*crowd(400), *SPECIAL]
    lists = [listing(people[:300]), listing(people[250:380]), listing([]), listing(people[380:])]
    forest = plant(lists)
    assert sorted(paths(forest.tree)) == by_list(lists)
    assert len(forest.bearers) == forest.first_part[-1] == sum(len(own.words.first) - 1 for own in lists)
    assert sum(len(own.tree.letter) for own in lists) > 1.5 * len(forest.tree.letter)


def test_a_mapped_tree_that_is_grown_into_another_can_still_be_read(tmp_path: Path) -> None:
    lists = []
    for number, people in enumerate((crowd(3_000, 1), crowd(3_000, 2))):
        segment.write(listing(people), tmp_path / f"{number}")
        lists.append(segment.read(tmp_path / f"{number}"))
    before = [paths(own.tree) for own in lists]
    mapped = [getattr(own.tree.child.base, "obj", None) for own in lists]
    assert all(isinstance(data, mmap.mmap) for data in mapped)  # else nothing would be given back
    assert sorted(paths(plant(lists).tree)) == by_list(lists)
    assert [paths(own.tree) for own in lists] == before


def test_one_list_keeps_its_own_tree() -> None:
    own = listing(SPECIAL)
    assert plant([own]).tree is own.tree


def test_lists_of_nobody_grow_nothing() -> None:
    assert paths(plant([listing([]), listing([])]).tree) == []


WORDS = st.text(alphabet="abc", min_size=1, max_size=5)


@settings(max_examples=60)
@given(st.lists(st.lists(WORDS, max_size=12), min_size=2, max_size=5))
def test_whatever_the_lists_are(words: list[list[str]]) -> None:
    lists = [listing([Subject(f"{at}", (Name(f"{word} x{word}"),)) for at, word in enumerate(own)]) for own in words]
    assert sorted(paths(plant(lists).tree)) == by_list(lists)


@pytest.mark.parametrize("copies", [2, 30])
def test_equal_lists_take_the_nodes_of_one(copies: int) -> None:
    one = listing(crowd(50))
    grown = plant([one] * copies)
    assert len(grown.tree.letter) == len(one.tree.letter)
    assert len(grown.tree.ends) == copies * len(one.tree.ends)
