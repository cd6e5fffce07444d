"""`make bench-screening`: the engine's speed, memory and finds, beside its peers on the same candidates.

Everything is made from a seed. The peers (nomenklatura logic-v2, rapidfuzz over ICU romanisation) run in an
environment of their own, made here; when it cannot be made, their rows say so. One core.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.screening.made import candidates, people, recall
from concord_screening.engine.commands import Index, score_pair
from concord_screening.engine.domain import Subject

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "benchmarks-screening.md"
PEERS = ("nomenklatura", "rapidfuzz", "pyicu-wheels")
ALONE = {"OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
_ABOUT = """Written by `make bench-screening`; made-up people from a seed; one core. Processor time counts; wall time is
told beside it because others used the machine. Half of the candidates are listed, under another of their names or
a mistyped one; one in ten has no date."""
_LISTS_HEAD = (
    (
        "| listed | segments | bytes a name in memory | on disk | processor s to build | s to start | "
        "change to findable ms p50 | p99 | under checks a second | candidates | candidate recall | recall at 1 % |"
    ),
    "|---|---|---|---|---|---|---|---|---|---|---|---|",
)
PEER_LIST = 20_000
PEER_CHECKS = 400
PEER_CANDIDATES = 50


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def one_list(folder: Path, size: int, agencies: int = 1) -> dict[str, float]:
    """A list in a process of its own."""
    _say(f"list of {size:,}" + (f" in {agencies} segments" if agencies > 1 else ""))
    own = folder / f"{size}-{agencies}"
    command = [sys.executable, "-m", "benchmarks.screening.lists", str(size), str(own), str(agencies)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=os.environ | ALONE)
    shutil.rmtree(own)
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def tables(measured: list[dict[str, float]]) -> list[str]:
    """The lists as Markdown."""
    lines = [
        "## Full checks",
        "",
        "| listed | segments | processor ms p50 | p99 | checks a second, single | batch | wall ms p50 | p99 |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {m['size']:,} | {m['agencies']} | {m['processor p50']:.1f} | {m['processor p99']:.1f} | "
        f"{m['single']:.0f} | {m['batch']:.0f} | {m['wall p50']:.1f} | {m['wall p99']:.1f} |"
        for m in measured
    ]
    lines += ["", "## Lists", "", *_LISTS_HEAD]
    lines += [
        f"| {m['size']:,} | {m['agencies']} | {m['resident']:.0f} | {m['disk']:.0f} | {m['build']:.0f} | "
        f"{m['start']:.2f} | {m['findable p50']:.0f} | {m['findable p99']:.0f} | {m['findable load']:.0f} | "
        f"{m['candidates']:.0f} | {m['candidate recall']:.3f} | {m['recall']:.3f} |"
        for m in measured
    ]
    return lines


def _as_json(subject: Subject) -> dict[str, Any]:
    return {
        "id": subject.subject_id,
        "names": [name.text for name in subject.names],
        "dobs": list(subject.dobs),
        "countries": list(subject.countries),
    }


def ours(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Our figures on pairs and on a list, and the same work for the peers."""
    listed = {subject.subject_id: subject for subject in people(PEER_LIST)}
    index = Index.open(folder / "peers-list", background=False)
    index.load(listed.values())
    asked = candidates(list(listed.values()), PEER_CHECKS)
    names = [subject.names[0].text for subject in listed.values()][:1_000]
    pairs = list(zip(names[::2], names[1::2], strict=True))
    score_pair(*pairs[0])
    since = time.process_time()
    for a, b in pairs:
        score_pair(a, b)
    rate = len(pairs) / (time.process_time() - since)
    index.query(asked[0].query)
    checks, spent, found = [], [], []
    for candidate in asked:
        since = time.process_time()
        result = index.query(candidate.query)
        spent.append(1000 * (time.process_time() - since))
        scores = {hit.subject_id: hit.score for hit in result.hits}
        right = scores.get(candidate.right or "", -1.0)
        other = max((score for key, score in scores.items() if key != candidate.right), default=0.0)
        found.append((right, other, candidate.right is not None))
        checks.append(
            {
                "name": candidate.query.names[0].text,
                "dob": candidate.query.dob,
                "country": candidate.query.nationality,
                "right": candidate.right,
                "candidates": [_as_json(listed[key]) for key in result.candidates[:PEER_CANDIDATES]],
            }
        )
    index.close()
    return {"pairs": rate, "ms": spent, "found": found}, {"pairs": pairs, "checks": checks}


def peers(folder: Path, work: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The peers on the same pairs and candidates, in an environment of their own; and their versions."""
    home = folder / "peers"
    try:
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True, capture_output=True)
        python = str(home / "bin" / "python")
        subprocess.run([python, "-m", "pip", "install", "-q", *PEERS], check=True, capture_output=True, timeout=900)
        frozen = subprocess.run([python, "-m", "pip", "freeze"], check=True, capture_output=True, text=True).stdout
        done = subprocess.run(
            [python, str(Path(__file__).with_name("peers.py"))],
            input=json.dumps(work), check=True, stdout=subprocess.PIPE, text=True, timeout=3_600,
        )  # fmt: skip
    except (subprocess.SubprocessError, OSError) as error:
        return {}, f"the peers' environment could not be made ({type(error).__name__})"
    wanted = [line.replace("==", " ") for line in frozen.splitlines() if line.split("==")[0].lower() in PEERS]
    return json.loads(done.stdout), ", ".join(wanted)


def compared(own: dict[str, Any], work: dict[str, Any], others: dict[str, Any]) -> list[str]:
    """Ours beside the peers."""
    lines = [
        f"## Beside peers: {PEER_LIST:,} listed, the same {PEER_CANDIDATES} candidates",
        "",
        "Ours includes finding the candidates among all listed; the peers only score those handed to them. A peer",
        "that gives every namesake its highest score finds nobody above what one in a hundred clean checks reaches.",
        "",
        "| | pairs a second | ms a check p50 | p99 | recall at 1 % | at 10 % | pairs, ours / peer | ms, peer / ours |",
        "|---|---|---|---|---|---|---|---|",
    ]

    def row(name: str, pairs: float, spent: list[float], found: list[tuple[float, float, bool]]) -> str:
        ratio = f"{own['pairs'] / pairs:.2f} | {np.median(spent) / np.median(own['ms']):.1f}"
        return (
            f"| {name} | {pairs:,.0f} | {np.median(spent):.1f} | {np.quantile(spent, 0.99):.1f} | "
            f"{recall(found):.3f} | {recall(found, 0.1):.3f} | {ratio} |"
        )

    lines.append(row("this engine", own["pairs"], own["ms"], own["found"]))
    for name, measured in others.items():
        found = []
        for check, scores in zip(work["checks"], measured["scores"], strict=True):
            ids = [candidate["id"] for candidate in check["candidates"]]
            right = max((s for i, s in zip(ids, scores, strict=True) if i == check["right"]), default=-1.0)
            other = max((s for i, s in zip(ids, scores, strict=True) if i != check["right"]), default=0.0)
            found.append((right, other, check["right"] is not None))
        lines.append(row(name, measured["pairs"], measured["ms"], found))
    return lines


def main() -> None:
    """Measures and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="5000,100000,1000000,10000000")
    parser.add_argument("--agencies", type=int, default=25, help="segments of the million, one holding half")
    parser.add_argument("--without-peers", action="store_true")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="bench-screening-"))
    try:
        about = (
            f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, numpy {np.__version__}, "
            f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} when it began"
        )
        own, work = ours(folder)
        others, versions = ({}, "not asked for") if options.without_peers else peers(folder, work)
        measured: list[dict[str, float]] = []
        lines: list[str] = []
        jobs = [(int(size), 1) for size in options.sizes.split(",")]
        jobs += [(1_000_000, options.agencies)] if any(size == 1_000_000 for size, _ in jobs) else []
        for size, agencies in sorted(jobs):
            measured.append(one_list(folder, size, agencies))
            lines = [
                "# Benchmarks of the matching engine",
                "",
                _ABOUT,
                "",
                f"{about}. Peers: {versions}.",
                "",
                *tables(measured),
                "",
                *compared(own, work, others),
                "",
            ]
            PAGE.write_text("\n".join(lines), encoding="utf-8")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
