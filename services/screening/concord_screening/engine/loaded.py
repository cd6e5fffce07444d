"""A segment ready to be searched."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

import numpy as np

from concord_screening.engine import common
from concord_screening.engine.arrays import Names
from concord_screening.engine.listing import Listing
from concord_screening.engine.retrieve import Scratch, scratch

_numbers = count()


@dataclass(slots=True)
class Segment:
    """A listing with its living people and the working space to search it."""

    listing: Listing
    alive: np.ndarray
    scratch: Scratch
    names: Names
    countries: np.ndarray
    number: int

    @classmethod
    def of(cls, listing: Listing) -> Segment:
        """All people of the listing, alive."""
        people = listing.people
        return cls(
            listing,
            np.ones(listing.size, dtype=np.bool_),
            scratch(listing.entries, len(listing.words.first) - 1),
            Names(listing.words, people.entry_first, people.entry_part, people.entry_channel),
            np.bincount(people.countries, minlength=common.COUNTRY_NUMBERS),
            next(_numbers),
        )
