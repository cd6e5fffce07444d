"""What training fixes: seeds, directions of the curves, and how much noise it adds to be ready for other data."""

from __future__ import annotations

SEED = 20261122
# per_letter, covered_short, covered_long, worst_part, joined, evidence, left_over_both, left_over_one,
# matched, best_part, rarity: which way more of it must not turn (0: free). See `assignment.FEATURES`.
NAME_DIRECTIONS = (1, 1, 1, 1, 1, 0, -1, 0, 0, 1, 1)
# See `evidence.EVIDENCE`.
PEOPLE_DIRECTIONS = (1, 1, 1, 1, 1, 1, 1)
# What the data cannot teach: how often a true person's country or sex is recorded otherwise.
COUNTRY_OTHERWISE = 0.12
GENDER_OTHERWISE = 0.02
GENDER_GIVEN = 0.4
# The data alone, and a list as long as one will ever be on one core.
LIST_SIZES = (1_000_000, 0)
