"""Lists of one size, each measured in a process of its own so that its memory can be told apart.

    python -m benchmarks.screening.lists build SIZE FOLDER AGENCIES
    python -m benchmarks.screening.lists measure FOLDER

`measure` prints one line of JSON. With several AGENCIES the list lies in so many agencies' folders, one of which
holds half of it; a check then asks all of them together, as the service does.
"""

from __future__ import annotations

import json
import pickle
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from benchmarks.screening.judging import recall
from benchmarks.screening.made import Candidate, candidates, people
from concord_screening.engine.budget import Budget
from concord_screening.engine.commands import Asker, Index
from concord_screening.engine.domain import Change, Hit, Name, Query, Subject

CHECKS = 1_000
RETRIEVED = 200
CHANGES = 100
KEPT = 20_000
# Nobody is compared: what is left of a check is reading the name and the doors.
DOORS_ONLY = Budget(compared=0, of_day=0)
# Tables of a way to read names are loaded with the first such name.
_OF_EACH_WAY = ("Maria Example", "Мария Пример", "王小明", "山田花子", "김민수", "สมชาย", "សុខា", "ສົມ", "محمد", "मोहन")
_FIRST_ANSWER = """
import sys, time
since = time.perf_counter()
from pathlib import Path
from concord_screening.engine.budget import Budget
from concord_screening.engine.commands import Asker, Index
from concord_screening.engine.domain import Query
lists = [Index.open(folder, background=False) for folder in sorted(Path(sys.argv[1]).iterdir())]
opened = time.perf_counter()
Asker().query(lists, Query.of("Otokar Quillabamba", "1971-06-05"))
print(opened - since, time.perf_counter() - since)
"""


def resident() -> int:
    """Bytes of memory that this process holds."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * resource.getpagesize()


class Agencies:
    """The agencies' lists, asked together."""

    def __init__(self, folder: Path, budget: Budget | None = None) -> None:
        self.each = [Index.open(own, budget=budget, background=False) for own in sorted(folder.iterdir())]
        self._asker = Asker(budget=budget)

    def hits(self, query: Query) -> list[Hit]:
        """The best of every list."""
        return [hit for answer in self._asker.query(self.each, query, candidates=False) for hit in answer.hits]

    def retrieved(self, query: Query) -> list[str]:
        """Everybody who came through a door of a list."""
        return [key for answer in self._asker.query(self.each, query) for key in answer.candidates]

    def batch(self, queries: list[Query]) -> None:
        """All queries."""
        for _ in self._asker.query_many(self.each, queries, candidates=False):
            pass

    def close(self) -> None:
        """Lets go of the folders."""
        for index in self.each:
            index.close()


def _build(size: int, folder: Path, agencies: int) -> tuple[list[Subject], int]:
    """Makes the lists on disk; gives some of their people, to look for, and how many names there are."""
    kept: list[Subject] = []
    names = 0
    shares = [size] if agencies == 1 else [size // 2, *[size // 2 // (agencies - 1)] * (agencies - 1)]
    stream = enumerate(people(size))

    def noted(share: int) -> Iterator[Subject]:
        nonlocal names
        for number, subject in islice(stream, share):
            names += len(subject.names)
            if number % max(1, size // KEPT) == 0:
                kept.append(subject)
            if number % 100_000 == 0:
                print(f"  {number:,} of {size:,}", file=sys.stderr, flush=True)
            yield subject

    for agency, share in enumerate(shares):
        index = Index.open(folder / f"{agency:02d}", background=False)
        index.load(noted(share))
        index.close()
    return kept, names


def _spent(lists: Agencies, asked: list[Candidate]) -> tuple[dict[str, float], list[tuple[float, float, bool]]]:
    """Time of single checks, and what they found."""
    wall, busy, found = [], [], []
    for candidate in asked:
        since, used = time.perf_counter(), time.process_time()
        hits = lists.hits(candidate.query)
        wall.append(time.perf_counter() - since)
        busy.append(time.process_time() - used)
        right = max((hit.score for hit in hits if hit.subject_id == candidate.right), default=-1.0)
        other = max((hit.score for hit in hits if hit.subject_id != candidate.right), default=0.0)
        found.append((right, other, candidate.right is not None))
    own = 1000 * np.array(busy)
    times = {
        "wall p50": float(np.median(wall) * 1000),
        "wall p99": float(np.quantile(wall, 0.99) * 1000),
        "processor p50": float(np.median(own)),
        "processor p99": float(np.quantile(own, 0.99)),
        "single": float(1000 / own.mean()),
    }
    return times, found


def _doors(lists: Agencies, asked: list[Candidate]) -> dict[str, float]:
    """How many come through the doors, and whether the right one does."""
    few = asked[:RETRIEVED]
    given = [lists.retrieved(candidate.query) for candidate in few]
    listed = [(own, candidate.right) for own, candidate in zip(given, few, strict=True) if candidate.right is not None]
    return {
        "candidates": float(np.mean([len(own) for own in given])),
        "candidate recall": float(np.mean([right in own for own, right in listed])),
    }


def _findable(lists: Agencies, asked: list[Candidate]) -> dict[str, float]:
    """From a change to it being found, while others ask a hundred times a second."""
    stop = threading.Event()
    done = [0]

    def load() -> None:
        due = time.perf_counter()
        while not stop.is_set():
            lists.hits(asked[done[0] % len(asked)].query)
            done[0] += 1
            due += 0.01
            time.sleep(max(0.0, due - time.perf_counter()))

    thread = threading.Thread(target=load)
    thread.start()
    spent = []
    since_all = time.perf_counter()
    for number in range(CHANGES):
        subject = Subject(f"new:{number}", (Name(f"Otokar Quillabamba{chr(97 + number % 26)}"),), ("1971-06-05",))
        since = time.perf_counter()
        lists.each[0].apply([Change.upsert(subject)])
        if subject.subject_id not in lists.each[0].query(Query.of(subject.names[0].text, subject.dobs[0])).candidates:
            raise RuntimeError("a change was not found")
        spent.append(time.perf_counter() - since)
    stop.set()
    thread.join()
    rate = done[0] / (time.perf_counter() - since_all)
    return {
        "findable p50": float(np.median(spent) * 1000),
        "findable p99": float(np.quantile(spent, 0.99) * 1000),
        "findable load": rate,
    }


def _warm(folder: Path) -> None:
    """Loads the model, the compiled loops and the tables of every way to read, which a process has once."""
    lists = [Index.open(folder / place, background=False) for place in ("here", "there")]
    for index in lists:
        index.apply([Change.upsert(Subject("warm", (Name("Maria Example"), Name("Мария Пример")), ("1970-01-01",)))])
    for text in _OF_EACH_WAY:
        Asker().query(lists, Query.of(text, "1970-01-01"))
    for index in lists:
        index.close()


def _measured(names: int, folder: Path, asked: list[Candidate]) -> dict[str, float]:
    """Everything about lists that are on disk."""
    bare = resident()
    _warm(folder.parent / "warm")
    before = resident()
    since = time.perf_counter()
    lists = Agencies(folder)
    out: dict[str, float] = {"fixed": before - bare, "open": time.perf_counter() - since}
    for candidate in asked[:20]:
        lists.hits(candidate.query)
    times, found = _spent(lists, asked)
    out |= times | {"recall": recall(found), "recall 10": recall(found, 0.1)}
    out |= _doors(lists, asked)
    since = time.process_time()
    lists.batch([candidate.query for candidate in asked])
    out["batch"] = len(asked) / (time.process_time() - since)
    out["resident"] = max(0, resident() - before) / names
    out["disk"] = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / names
    lists.close()
    doors = Agencies(folder, DOORS_ONLY)
    times, _ = _spent(doors, asked)
    doors.close()
    out |= {"doors p50": times["processor p50"], "doors p99": times["processor p99"]}
    lists = Agencies(folder)
    out |= _findable(lists, asked)
    lists.close()
    first = subprocess.run(
        [sys.executable, "-c", _FIRST_ANSWER, str(folder)], check=True, stdout=subprocess.PIPE, text=True
    )  # fmt: skip
    opened, answered = first.stdout.split()
    return out | {"start": float(opened), "first answer": float(answered)}


def build(size: int, folder: Path, agencies: int) -> None:
    """Makes the lists, and whom to look for in them."""
    since = time.process_time()
    kept, names = _build(size, folder / "lists", agencies)
    made = {"size": size, "agencies": agencies, "names": names, "build": time.process_time() - since}
    (folder / "asked.pickle").write_bytes(pickle.dumps(candidates(kept, CHECKS)))
    (folder / "made.json").write_text(json.dumps(made), "utf-8")


def measure(folder: Path) -> dict[str, float]:
    """Everything about one list, in a process that did not build it."""
    made: dict[str, float] = json.loads((folder / "made.json").read_text("utf-8"))
    asked = pickle.loads((folder / "asked.pickle").read_bytes())
    return made | _measured(int(made["names"]), folder / "lists", asked)


if __name__ == "__main__":
    if sys.argv[1] == "build":
        build(int(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
    else:
        print(json.dumps(measure(Path(sys.argv[2]))))
