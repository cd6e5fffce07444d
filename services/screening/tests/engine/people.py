"""Made-up people for the engine's tests: nobody here is anybody."""

from __future__ import annotations

import random

from concord_screening.engine.domain import Change, Name, Subject

MARKER = "Quillabamba"

GIVEN = (
    "Amina", "Boris", "Carla", "Dieter", "Elena", "Farid", "Greta", "Hassan", "Irina", "Jonas", "Karim", "Lucia",
    "Marek", "Nadia", "Oskar", "Petra",
)  # fmt: skip
FAMILY = (
    "Adeyemi", "Bergstrom", "Castellano", "Dragunov", "Eriksen", "Fontaine", "Grabowski", "Haddad", "Ivanenko",
    "Jankowski", "Kowalczyk", "Lindqvist", "Moreau", "Nakamura", "Okonkwo", "Petrescu", "Quintero", "Rasmussen",
    "Sokolov", "Takahashi", "Umarov", "Valente", "Wierzbicki", "Yilmaz", "Zielinski",
)  # fmt: skip

SPECIAL = (
    Subject("ar", (Name("ليلى الخطيب"),), ("1984-03-09",), ("Jordan",), "female"),
    Subject("cy", (Name("Громова, Светлана Павловна"),), ("1979-11-23",), ("Russia",), "female"),
    Subject("ha", (Name("周慧敏"), Name("Chow Wai Man")), ("1990-05-17",), ("Malaysia",), None),
    Subject("la", (Name("Jean-Pierre O’Halloran"),), ("1966-02-01",), ("IE",), "male"),
    Subject("nodate", (Name("Zbigniew Wrzosowicz"),), (), ("Poland",), "male"),
)


def crowd(count: int, seed: int = 7) -> list[Subject]:
    """Made-up people with common names and shared birthdays."""
    random_ = random.Random(seed)
    return [
        Subject(
            f"s{number}",
            (Name(f"{random_.choice(GIVEN)} {random_.choice(FAMILY)}"),),
            (f"{random_.randint(1950, 1999)}-{random_.randint(1, 12):02d}-{random_.randint(1, 28):02d}",),
            (random_.choice(("FR", "PL", "NG", "TR")),),
            random_.choice(("male", "female", None)),
        )
        for number in range(count)
    ]


def listed(subjects: list[Subject] | tuple[Subject, ...]) -> list[Change]:
    """Changes that list them."""
    return [Change.upsert(subject) for subject in subjects]
