"""Lists of one size, each measured in a process of its own so that its memory can be told apart.

    python -m benchmarks.screening.lists SIZE FOLDER [AGENCIES]

Prints one line of JSON. With AGENCIES the list lies in so many agencies' folders, one of which holds half of it; a
check then asks each of them, as the service does.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from benchmarks.screening.made import Candidate, candidates, people, recall
from concord_screening.engine.commands import Index
from concord_screening.engine.domain import Change, Hit, Name, Query, Subject

CHECKS = 600
KEPT = 20_000


def resident() -> int:
    """Bytes of memory that this process holds."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * resource.getpagesize()


class Lists:
    """The agencies' lists, asked one after the other."""

    def __init__(self, folder: Path, agencies: int) -> None:
        self.each = [Index.open(folder / str(number), background=False) for number in range(agencies)]

    def hits(self, query: Query) -> list[Hit]:
        """The best of every list."""
        return [hit for index in self.each for hit in index.query(query, candidates=False).hits]

    def retrieved(self, query: Query) -> list[str]:
        """Everybody whom a list compared."""
        return [key for index in self.each for key in index.query(query).candidates]

    def batch(self, queries: list[Query]) -> None:
        """All queries, list by list."""
        for index in self.each:
            for _ in index.query_many(queries, candidates=False):
                pass

    def close(self) -> None:
        """Lets go of the folders."""
        for index in self.each:
            index.close()


def _build(size: int, folder: Path, agencies: int) -> list[Subject]:
    """Makes the lists on disk; gives some of their people, to look for."""
    kept: list[Subject] = []
    shares = [size] if agencies == 1 else [size // 2, *[size // 2 // (agencies - 1)] * (agencies - 1)]
    stream = enumerate(people(size))

    def noted(share: int) -> Iterator[Subject]:
        for number, subject in islice(stream, share):
            if number % max(1, size // KEPT) == 0:
                kept.append(subject)
            if number % 100_000 == 0:
                print(f"  {number:,} of {size:,}", file=sys.stderr, flush=True)
            yield subject

    for agency, share in enumerate(shares):
        index = Index.open(folder / str(agency), background=False)
        index.load(noted(share))
        index.close()
    return kept


def _single(lists: Lists, asked: list[Candidate]) -> dict[str, float]:
    wall, busy, found, retrieved, seen = [], [], [], 0, 0
    for candidate in asked:
        since, used = time.perf_counter(), time.process_time()
        hits = lists.hits(candidate.query)
        wall.append(time.perf_counter() - since)
        busy.append(time.process_time() - used)
        right = max((hit.score for hit in hits if hit.subject_id == candidate.right), default=-1.0)
        other = max((hit.score for hit in hits if hit.subject_id != candidate.right), default=0.0)
        found.append((right, other, candidate.right is not None))
    for candidate in asked[:200]:
        given = lists.retrieved(candidate.query)
        retrieved += len(given)
        seen += candidate.right in given
    listed = sum(candidate.right is not None for candidate in asked[:200])
    own = 1000 * np.array(busy)
    return {
        "wall p50": float(np.median(wall) * 1000),
        "wall p99": float(np.quantile(wall, 0.99) * 1000),
        "processor p50": float(np.median(own)),
        "processor p99": float(np.quantile(own, 0.99)),
        "single": float(1000 / own.mean()),
        "recall": recall(found),
        "candidates": retrieved / 200,
        "candidate recall": seen / listed,
    }


def _findable(lists: Lists, asked: list[Candidate]) -> dict[str, float]:
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
    for number in range(100):
        subject = Subject(f"new:{number}", (Name(f"Otokar Quillabamba{chr(97 + number % 26)}"),), ("1971-06-05",))
        since = time.perf_counter()
        lists.each[0].apply([Change.upsert(subject)])
        if subject.subject_id not in lists.retrieved(Query.of(subject.names[0].text, subject.dobs[0])):
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


def measure(size: int, folder: Path, agencies: int) -> dict[str, float]:
    """Everything about one list."""
    since = time.process_time()
    kept = _build(size, folder, agencies)
    built = time.process_time() - since
    asked = candidates(kept, CHECKS)
    child = os.fork()  # the measuring process starts without what building left in memory
    if child:
        os.waitpid(child, 0)
        return json.loads((folder / "measured.json").read_text("utf-8")) | {"build": built}
    out: dict[str, float] = {"size": size, "agencies": agencies}
    before = resident()
    since = time.perf_counter()
    lists = Lists(folder, agencies)
    out["start"] = time.perf_counter() - since
    for candidate in asked[:20]:
        lists.hits(candidate.query)
    out |= _single(lists, asked)
    since = time.process_time()
    lists.batch([candidate.query for candidate in asked])
    out["batch"] = len(asked) / (time.process_time() - since)
    out["resident"] = max(0, resident() - before) / size
    out["disk"] = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / size
    out |= _findable(lists, asked)
    lists.close()
    (folder / "measured.json").write_text(json.dumps(out), "utf-8")
    os._exit(0)


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 1)))
