"""`make bench-screening`: the engine's speed and memory, beside its peers on the same candidates.

Everything is made from a seed. The peers (nomenklatura logic-v2, rapidfuzz over ICU romanisation) run in an
environment of their own, made here; when it cannot be made, their rows say so. One core.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from concord_screening.engine.commands import Index, score_pair
from concord_screening.engine.domain import Change, Name, Query, Subject
from concord_screening.engine.training import world
from concord_screening.engine.training.synthetic import Parts, people

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "benchmarks-screening.md"
SEED = 11
PEERS = ("nomenklatura", "rapidfuzz", "pyicu-wheels")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _resident() -> int:
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * resource.getpagesize()


def _quantiles(seconds: list[float], busy: list[float]) -> str:
    values, own = np.array(seconds) * 1000, np.array(busy) * 1000
    spread = f"{np.median(values):.1f} | {np.quantile(values, 0.99):.1f}"
    return f"{spread} | {np.median(own):.1f} | {np.quantile(own, 0.99):.1f} | {1000 / own.mean():,.0f}"


def _asked(subjects: list[Subject], count: int, random_: random.Random) -> list[Query]:
    """Candidates: half are listed, a letter or a date mistyped; half are nobody."""
    chosen = random_.sample(subjects, min(count, len(subjects)))
    out = []
    for number, subject in enumerate(chosen):
        text = subject.names[0].text
        at = random_.randrange(len(text))
        text = text[:at] + text[at + 1 :] if number % 3 == 0 else text
        dob = subject.dobs[0] if subject.dobs and number % 5 else None
        if number % 2:
            dob = f"{random_.randint(1950, 2000)}-{random_.randint(1, 12):02d}-{random_.randint(1, 28):02d}"
        out.append(Query.of(text, dob))
    return out


def checks(folder: Path, sizes: list[int], parts: Parts) -> list[str]:
    """Full checks, single and batch; memory; start from disk."""
    table = [
        "| listed | disk bytes a name | resident | start s | ms p50 | p99 | processor ms p50 | p99 | checks a second |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for size in sizes:
        _say(f"list of {size:,}")
        subjects = list(people(parts, size, SEED))
        own = folder / str(size)
        index = Index.open(own, background=False)
        for start in range(0, size, 100_000):
            index.apply(map(Change.upsert, subjects[start : start + 100_000]))
        index.compact()
        index.close()
        queries = _asked(subjects, 400, random.Random(SEED))
        del subjects
        disk = sum(path.stat().st_size for path in own.iterdir())
        before = _resident()
        since = time.perf_counter()
        index = Index.open(own, background=False)
        opened = time.perf_counter() - since
        for query in queries[:20]:
            index.query(query)
        spent, busy = [], []
        for query in queries:
            since, used = time.perf_counter(), time.process_time()
            index.query(query)
            spent.append(time.perf_counter() - since)
            busy.append(time.process_time() - used)
        memory = max(0, _resident() - before)
        table.append(
            f"| {size:,} | {disk / size:.0f} | {memory / size:.0f} | {opened:.2f} | {_quantiles(spent, busy)} |"
        )
        index.close()
    return table


def pairs(count: int, parts: Parts) -> tuple[list[str], list[tuple[str, str]]]:
    """Pair scoring."""
    made = [subject.names[0].text for subject in people(parts, 2 * count, SEED)]
    rows = list(zip(made[::2], made[1::2], strict=True))
    score_pair(*rows[0])
    since = time.process_time()
    for a, b in rows:
        score_pair(a, b)
    rate = count / (time.process_time() - since)
    return [f"| this engine | {rate:,.0f} |"], rows


def findable(folder: Path, parts: Parts) -> str:
    """From a change to it being found, while other checks run."""
    subjects = list(people(parts, 20_000, SEED + 1))
    index = Index.open(folder / "live")
    index.apply(map(Change.upsert, subjects))
    queries = _asked(subjects, 200, random.Random(SEED))
    index.query(queries[0])
    stop = threading.Event()

    def load() -> None:
        number = 0
        while not stop.is_set():
            index.query(queries[number % len(queries)])
            number += 1
            time.sleep(0.01)

    thread = threading.Thread(target=load)
    thread.start()
    spent = []
    for number in range(100):
        subject = Subject(f"new:{number}", (Name(f"Otokar Quillabamba{chr(97 + number % 26)}"),), ("1971-06-05",))
        since = time.perf_counter()
        index.apply([Change.upsert(subject)])
        found = index.query(Query.of(subject.names[0].text, subject.dobs[0]))
        assert subject.subject_id in found.candidates
        spent.append(time.perf_counter() - since)
    stop.set()
    thread.join()
    index.close()
    return f"p50 {np.median(spent) * 1000:.0f} ms, p99 {np.quantile(spent, 0.99) * 1000:.0f} ms"


def peers(folder: Path, rows: list[tuple[str, str]]) -> list[str]:
    """The peers' pair scoring on the same pairs, in an environment of their own."""
    home = folder / "peers"
    try:
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True, capture_output=True)
        python = home / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "-q", *PEERS], check=True, capture_output=True, timeout=600)
        done = subprocess.run(
            [str(python), str(Path(__file__).with_name("peers.py"))],
            input=json.dumps(rows[:500]), check=True, capture_output=True, text=True, timeout=900,
        )  # fmt: skip
    except (subprocess.SubprocessError, OSError) as error:
        return [f"| peers | not measured: their environment could not be made ({type(error).__name__}) |"]
    return [f"| {name} | {rate:,.0f} |" for name, rate in json.loads(done.stdout).items()]


def main() -> None:
    """Measures and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="5000,100000,1000000")
    parser.add_argument("--data", type=Path, default=ROOT / ".." / "shared" / "data" / "names")
    parser.add_argument("--without-peers", action="store_true")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="bench-screening-"))
    try:
        load = os.getloadavg()[0]
        parts = world.parts(options.data)
        scored, rows = pairs(2_000, parts)
        sizes = [int(size) for size in options.sizes.split(",")]
        when = (
            f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, numpy {np.__version__}, "
            f"{os.cpu_count()} cores, load {load:.1f} when it began (above the number of cores, times are inflated)."
        )
        lines = [
            "# Benchmarks of the matching engine",
            "",
            "Written by `make bench-screening`; made-up people from a seed; one core.",
            when,
            "",
            "## Full checks",
            "",
            *checks(folder, sizes, parts),
            "",
            f"Change to findable while checks run (20,000 listed): {findable(folder, parts)}.",
            "",
            "## Pairs a processor second",
            "",
            "| | pairs |",
            "|---|---|",
            *scored,
        ]
        PAGE.write_text("\n".join([*lines, ""]), encoding="utf-8")
        if not options.without_peers:
            _say("peers")
            PAGE.write_text("\n".join([*lines, *peers(folder, rows), ""]), encoding="utf-8")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
