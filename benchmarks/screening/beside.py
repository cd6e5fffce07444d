"""This engine beside its peers: the same pairs of names, and the same candidates for the same checks.

The list and the checks are made up from a seed. A pair of one person is a candidate and the right one's name as
listed; a pair of two is a candidate and the name of whom this engine finds most alike but for the right one, which
is harder for it than for anybody else.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.screening.judging import average_precision, recall
from benchmarks.screening.made import candidates, people
from concord_screening.engine.commands import Index, score_pair
from concord_screening.engine.domain import Subject

LISTED = 20_000
CHECKS = 2_000
CANDIDATES = 50
PEERS = ("nomenklatura", "rapidfuzz", "pyicu-wheels")


def _as_json(subject: Subject) -> dict[str, Any]:
    return {
        "id": subject.subject_id,
        "names": [name.text for name in subject.names],
        "dobs": list(subject.dobs),
        "countries": list(subject.countries),
    }


def ours(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Our times and scores, and the same work for the peers."""
    listed = {subject.subject_id: subject for subject in people(LISTED)}
    index = Index.open(folder / "peers-list", background=False)
    index.load(listed.values())
    asked = candidates(list(listed.values()), CHECKS)
    index.query(asked[0].query)
    checks, pairs, labels, spent, found = [], [], [], [], []
    for candidate in asked:
        since = time.process_time()
        result = index.query(candidate.query, limit=CANDIDATES)
        spent.append(1000 * (time.process_time() - since))
        scores = {hit.subject_id: hit.score for hit in result.hits}
        right = scores.get(candidate.right or "", -1.0)
        other = max((score for key, score in scores.items() if key != candidate.right), default=0.0)
        found.append((right, other, candidate.right is not None))
        own = candidate.query.names[0].text
        given = [listed[key] for key in result.candidates[:CANDIDATES]]
        likest = next((subject for subject in given if subject.subject_id != candidate.right), None)
        if candidate.right is not None:
            names = [name.text for name in listed[candidate.right].names if name.text != own]
            pairs += [(own, name) for name in names[:1]]
            labels += [1] * len(names[:1])
        elif likest is not None:
            pairs.append((own, likest.names[0].text))
            labels.append(0)
        checks.append(
            {
                "name": own,
                "dob": candidate.query.dob,
                "country": candidate.query.nationality,
                "right": candidate.right,
                "candidates": [_as_json(subject) for subject in given],
            }
        )
    index.close()
    score_pair(*pairs[0])
    since = time.process_time()
    values = [score_pair(a, b) for a, b in pairs]
    rate = len(pairs) / (time.process_time() - since)
    measured = {"pairs": rate, "values": values, "ms": spent, "found": found}
    return measured, {"pairs": pairs, "labels": labels, "checks": checks}


def _peers(folder: Path, work: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The peers on the same pairs and candidates, in an environment of their own; and their versions."""
    python = folder / "peers" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder / "peers")], check=True, capture_output=True)
        subprocess.run(
            [str(python), "-m", "pip", "install", "-q", *PEERS], check=True, capture_output=True, timeout=900
        )  # fmt: skip
    frozen = subprocess.run([str(python), "-m", "pip", "freeze"], check=True, capture_output=True, text=True).stdout
    # Not this environment's packages, whatever the caller has set.
    bare = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        [str(python), str(Path(__file__).with_name("peers.py"))], input=json.dumps(work), check=True,
        stdout=subprocess.PIPE, text=True, timeout=3_600, env=bare,
    )  # fmt: skip
    wanted = [line.replace("==", " ") for line in frozen.splitlines() if line.split("==")[0].lower() in PEERS]
    return json.loads(done.stdout), ", ".join(wanted)


def _found(check: dict[str, Any], scores: list[float]) -> tuple[float, float, bool]:
    ids = [candidate["id"] for candidate in check["candidates"]]
    right = max((s for i, s in zip(ids, scores, strict=True) if i == check["right"]), default=-1.0)
    other = max((s for i, s in zip(ids, scores, strict=True) if i != check["right"]), default=0.0)
    return right, other, check["right"] is not None


def _figures(measured: dict[str, Any], work: dict[str, Any]) -> dict[str, float]:
    clean = [other for _, other, listed in measured["found"] if not listed]
    return {
        "pairs": measured["pairs"],
        "ap": average_precision(np.array(work["labels"], float), np.array(measured["values"])),
        "p50": float(np.median(measured["ms"])),
        "p99": float(np.quantile(measured["ms"], 0.99)),
        "recall": recall(measured["found"]),
        "recall 10": recall(measured["found"], 0.1),
        "highest": float(np.mean(np.array(clean) == max(clean))),
    }


def measure(folder: Path) -> dict[str, Any]:
    """Figures of this engine and of each peer, by name; the peers' versions."""
    own, work = ours(folder)
    out: dict[str, Any] = {"figures": {"this engine": _figures(own, work)}, "pairs": len(work["pairs"])}
    others, out["versions"] = _peers(folder, work)
    for name, measured in others.items():
        measured["found"] = [
            _found(check, scores) for check, scores in zip(work["checks"], measured["scores"], strict=True)
        ]
        out["figures"][name] = _figures(measured, work)
    return out


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]))))
