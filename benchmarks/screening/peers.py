"""Run in the peers' own environment: pairs on standard input, pairs a processor second on standard output."""

import json
import sys
import time


def rapidfuzz_rate(rows: list[list[str]]) -> float:
    """token_sort_ratio over ICU romanisation, both names romanised each time."""
    import icu  # noqa: PLC0415 - one peer missing must not stop the other
    from rapidfuzz.fuzz import token_sort_ratio  # noqa: PLC0415

    latin = icu.Transliterator.createInstance("Any-Latin; Latin-ASCII; Lower")
    since = time.process_time()
    for a, b in rows:
        token_sort_ratio(latin.transliterate(a), latin.transliterate(b))
    return len(rows) / (time.process_time() - since)


def logic_rate(rows: list[list[str]]) -> float:
    """logic-v2 on two persons that have nothing but a name."""
    from followthemoney import model  # noqa: PLC0415
    from nomenklatura.matching import get_algorithm  # noqa: PLC0415

    algorithm = get_algorithm("logic-v2")
    config = algorithm.default_config()

    def person(number: int, name: str):  # type: ignore[no-untyped-def]
        return model.get_proxy({"id": f"p{number}", "schema": "Person", "properties": {"name": [name]}})

    made = [(person(2 * i, a), person(2 * i + 1, b)) for i, (a, b) in enumerate(rows)]
    algorithm.compare(*made[0], config)
    since = time.process_time()
    for left, right in made:
        algorithm.compare(left, right, config)
    return len(rows) / (time.process_time() - since)


def main() -> None:
    """Measures what is installed."""
    rows = json.load(sys.stdin)
    rates = {}
    for name, measure in (("rapidfuzz token_sort", rapidfuzz_rate), ("nomenklatura logic-v2", logic_rate)):
        try:
            rates[name] = measure(rows)
        except Exception as error:
            print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr)
    json.dump(rates, sys.stdout)


if __name__ == "__main__":
    main()
