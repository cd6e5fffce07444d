"""Run in the peers' own environment: work on standard input, what each peer needs and finds on standard output.

Work is `{"pairs": [[a, b]], "checks": [{"name", "dob", "country", "candidates": [...]}]}`; a candidate has
`id`, `names`, `dobs` and `countries`.
"""

import json
import sys
import time
from itertools import count
from typing import Any

Person = dict[str, Any]


class TokenSort:
    """rapidfuzz token_sort_ratio over ICU-romanised names; a contradicting birth date is a veto."""

    def __init__(self) -> None:
        import icu  # noqa: PLC0415 - one peer missing must not stop the other
        from rapidfuzz.fuzz import token_sort_ratio  # noqa: PLC0415 - the same

        self._latin = icu.Transliterator.createInstance("Any-Latin; Latin-ASCII; Lower")
        self._ratio = token_sort_ratio

    def pair(self, a: str, b: str) -> float:
        """Two names."""
        return float(self._ratio(self._latin.transliterate(a), self._latin.transliterate(b)) / 100)

    def check(self, asked: Person, candidate: Person) -> float:
        """A candidate and a listed person."""
        dob, dobs = asked["dob"], candidate["dobs"]
        if dob and dobs and all(abs(int(dob[:4]) - int(other[:4])) > 1 for other in dobs):
            return 0.0
        return max(self.pair(asked["name"], name) for name in candidate["names"])


class LogicV2:
    """nomenklatura's logic-v2 on persons."""

    def __init__(self) -> None:
        from followthemoney import model  # noqa: PLC0415 - the same
        from nomenklatura.matching import get_algorithm  # noqa: PLC0415 - the same

        self._model = model
        self._algorithm = get_algorithm("logic-v2")
        self._config = self._algorithm.default_config()
        self._numbers = count()

    def _person(self, names: list[str], dobs: list[str], countries: list[str]) -> Any:
        entity = self._model.make_entity("Person")
        # The peer remembers what it read of a person by the id: two that share one would be one to it.
        entity.id = str(next(self._numbers))
        entity.add("name", names)
        entity.add("birthDate", dobs)
        entity.add("nationality", countries)
        return entity

    def pair(self, a: str, b: str) -> float:
        """Two names."""
        left, right = self._person([a], [], []), self._person([b], [], [])
        return float(self._algorithm.compare(left, right, self._config).score)

    def check(self, asked: Person, candidate: Person) -> float:
        """A candidate and a listed person."""
        own = self._person([asked["name"]], [asked["dob"]] if asked["dob"] else [], [asked["country"]])
        other = self._person(candidate["names"], candidate["dobs"], candidate["countries"])
        return float(self._algorithm.compare(own, other, self._config).score)


def measure(peer: TokenSort | LogicV2, work: dict[str, Any]) -> dict[str, Any]:
    """Pairs a processor second and their scores, milliseconds a check, and the scores of all candidates."""
    peer.pair(*work["pairs"][0])
    since = time.process_time()
    values = [peer.pair(a, b) for a, b in work["pairs"]]
    rate = len(work["pairs"]) / (time.process_time() - since)
    spent, scores = [], []
    for asked in work["checks"]:
        since = time.process_time()
        scores.append([peer.check(asked, candidate) for candidate in asked["candidates"]])
        spent.append(1000 * (time.process_time() - since))
    return {"pairs": rate, "values": values, "ms": spent, "scores": scores}


def main() -> None:
    """Measures what is installed."""
    work = json.load(sys.stdin)
    out = {}
    for name, make in (("rapidfuzz token_sort", TokenSort), ("nomenklatura logic-v2", LogicV2)):
        try:
            out[name] = measure(make(), work)
        except Exception as error:
            print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr)
    json.dump(out, sys.stdout)


if __name__ == "__main__":
    main()
