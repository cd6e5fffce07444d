"""`make bench-screening`: the engine's speed, memory and finds, beside its peers on the same candidates.

    python -m benchmarks.screening.run [PART ...] [--again] [--incomplete]

Each part runs in processes of its own and keeps its result, so that one that fails loses nothing of the others and
a run that was ended goes on where it was. Results of another state of the engine are not shown. The page is written
when all parts are there, so that figures are never replaced by none. Everything is made from a seed; one core.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.screening import beside
from benchmarks.screening.page import page

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "benchmarks-screening.md"
KEPT = ROOT / ".stamps" / "bench-screening"
ENGINE = ROOT / "services" / "screening" / "concord_screening" / "engine"
ALONE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
# By name: how many people, in how many agencies' lists.
LISTS = {
    "list-5000": (5_000, 1),
    "list-100000": (100_000, 1),
    "list-1000000": (1_000_000, 1),
    "list-1000000-in-25": (1_000_000, 25),
    "list-10000000": (10_000_000, 1),
}
PARTS = ("peers", *LISTS)


def engine_state(curves: bool = True) -> str:
    """A number for the engine's code and models: figures of another are not shown as this one's.

    Without `curves` only what lists are made with counts.
    """
    own = hashlib.sha256()
    for path in sorted((*ENGINE.glob("*.py"), *(ENGINE / "models").iterdir())):
        if path.suffix in (".py", ".gz", ".txt") or (curves and path.suffix == ".npz"):
            own.update(path.read_bytes())
    return own.hexdigest()[:12]


def _process(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *arguments], check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT,
        env=os.environ | ALONE,
    )  # fmt: skip
    return done.stdout


def measure(part: str) -> dict[str, Any]:
    """One part. Lists that an ended run has made are not made again; once measured they are gone."""
    folder = KEPT / f"{part}-{engine_state(curves=False)}"
    if part == "peers":
        folder.mkdir(parents=True, exist_ok=True)
        answer: dict[str, Any] = json.loads(_process("benchmarks.screening.beside", str(folder)).splitlines()[-1])
        measured = answer | {"listed": beside.LISTED, "checks": beside.CHECKS}
    else:
        if not (folder / "made.json").exists():
            shutil.rmtree(folder, ignore_errors=True)
            size, agencies = LISTS[part]
            _process("benchmarks.screening.lists", "build", str(size), str(folder), str(agencies))
        measured = json.loads(_process("benchmarks.screening.lists", "measure", str(folder)).splitlines()[-1])
    shutil.rmtree(folder)
    return measured


def main() -> int:
    """Measures what is asked for and not there yet, and writes the page; the number of parts that failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all when none is given")
    parser.add_argument("--again", action="store_true", help="measure parts anew that are there")
    parser.add_argument("--incomplete", action="store_true", help="write the page without the parts that are missing")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    KEPT.mkdir(parents=True, exist_ok=True)
    state = engine_state()
    missing: dict[str, str] = {}
    failed = 0
    for part in PARTS:
        file = KEPT / f"{part}.json"
        kept = json.loads(file.read_text("utf-8")) if file.exists() else {}
        if part in (options.parts or PARTS) and (options.again or kept.get("engine") != state):
            print(part, file=sys.stderr, flush=True)
            about = (
                f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, numpy {np.__version__}, "
                f"{os.cpu_count()} cores."
            )
            try:
                kept = {"engine": state, "about": about, "result": measure(part)}
                file.write_text(json.dumps(kept), "utf-8")
            except (subprocess.SubprocessError, OSError, ValueError) as error:
                failed += 1
                missing[part] = f"failed ({type(error).__name__})"
        if kept.get("engine") != state:
            missing.setdefault(part, "not run on this state of the engine")
    found = {part: json.loads(file.read_text("utf-8")) for part in PARTS if (file := KEPT / f"{part}.json").exists()}
    own = {part: result for part, result in found.items() if result["engine"] == state}
    if missing := {part: missing.get(part, "not run") for part in PARTS if part not in own}:
        print("measured of this engine: " + (", ".join(own) or "nothing"), file=sys.stderr)
    if missing and not options.incomplete:
        print(f"{PAGE.name} stays as it is: run the other parts too, or --incomplete", file=sys.stderr)
    else:
        PAGE.write_text(page(own, missing), encoding="utf-8")
    return failed


if __name__ == "__main__":
    sys.exit(main())
