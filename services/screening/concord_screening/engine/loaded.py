"""A segment ready to be searched."""

# mypy: allow-untyped-defs, allow-untyped-calls
# (compiled functions take their types from what they are called with)

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

import numpy as np
from numba import njit

from concord_screening.engine.borrow import addresses, borrowed
from concord_screening.engine.domain import SegmentError
from concord_screening.engine.listing import Listing

_numbers = count()


class Listed(NamedTuple):
    """What the compiled loops read of one segment: see `listing.People`, `listing.Doors` and `arrays.Words`.

    `alive` tells who is listed still; `slot` is working space by entry, all zero between queries.
    """

    first_entry: np.ndarray
    entry_first: np.ndarray
    entry_part: np.ndarray
    entry_subject: np.ndarray
    entry_channel: np.ndarray
    dob_first: np.ndarray
    dobs: np.ndarray
    country_first: np.ndarray
    countries: np.ndarray
    gender: np.ndarray
    post_first: np.ndarray
    post_entry: np.ndarray
    day: np.ndarray
    day_subject: np.ndarray
    letters: np.ndarray
    first: np.ndarray
    channel: np.ndarray
    begin: np.ndarray
    rare: np.ndarray
    alive: np.ndarray
    slot: np.ndarray


_KINDS = [
    "<u4", "<u4", "<u4", "<u4", "|u1",  # entries
    "<u4", "<i4", "<u4", "<u2", "|u1",  # dates, countries, sex
    "<u4", "<u4", "<i4", "<u4",  # doors
    "|u1", "<u4", "|u1", "<u4", "|u1",  # words
    "|b1", "<i4",
]  # fmt: skip


@njit(cache=True)
def listed_at(like, every, number):
    """Segment `number` of those whose arrays lie at `every` (by segment and field); `like` is any segment."""
    at = every[number]
    return Listed(
        borrowed(like.first_entry, at[0, 0], at[0, 1]),
        borrowed(like.entry_first, at[1, 0], at[1, 1]),
        borrowed(like.entry_part, at[2, 0], at[2, 1]),
        borrowed(like.entry_subject, at[3, 0], at[3, 1]),
        borrowed(like.entry_channel, at[4, 0], at[4, 1]),
        borrowed(like.dob_first, at[5, 0], at[5, 1]),
        borrowed(like.dobs, at[6, 0], at[6, 1]),
        borrowed(like.country_first, at[7, 0], at[7, 1]),
        borrowed(like.countries, at[8, 0], at[8, 1]),
        borrowed(like.gender, at[9, 0], at[9, 1]),
        borrowed(like.post_first, at[10, 0], at[10, 1]),
        borrowed(like.post_entry, at[11, 0], at[11, 1]),
        borrowed(like.day, at[12, 0], at[12, 1]),
        borrowed(like.day_subject, at[13, 0], at[13, 1]),
        borrowed(like.letters, at[14, 0], at[14, 1]),
        borrowed(like.first, at[15, 0], at[15, 1]),
        borrowed(like.channel, at[16, 0], at[16, 1]),
        borrowed(like.begin, at[17, 0], at[17, 1]),
        borrowed(like.rare, at[18, 0], at[18, 1]),
        borrowed(like.alive, at[19, 0], at[19, 1]),
        borrowed(like.slot, at[20, 0], at[20, 1]),
    )


@dataclass(slots=True)
class Segment:
    """A listing with its living people and the working space to search it.

    `countries` are those seen, by number, and `of_country` how often each is.
    """

    listing: Listing
    listed: Listed
    addresses: np.ndarray
    countries: np.ndarray
    of_country: np.ndarray
    number: int

    @classmethod
    def of(cls, listing: Listing, name: str = "new") -> Segment:
        """All people of the listing, alive; `name` is what an error calls it."""
        given = {**listing.words._asdict(), **listing.people._asdict(), **listing.doors._asdict()}
        given |= {"alive": np.ones(listing.size, dtype=np.bool_), "slot": np.zeros(listing.entries, dtype=np.int32)}
        listed = Listed(*(given[field] for field in Listed._fields))
        if (kinds := [array.dtype.str for array in listed]) != _KINDS:
            raise SegmentError(f"segment {name} holds other numbers than this version reads: {' '.join(kinds)}")
        counted = np.bincount(listed.countries)
        seen = np.flatnonzero(counted)
        return cls(listing, listed, addresses(listed), seen, counted[seen], next(_numbers))

    @property
    def alive(self) -> np.ndarray:
        """Who is listed still; written to when somebody is withdrawn."""
        return self.listed.alive
