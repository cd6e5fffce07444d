"""How long `make demo` takes to its first page, once all is installed, and what it holds in memory."""

from __future__ import annotations

import re
import subprocess
import sys

from benchmarks.row import Row

AIM_SECONDS = 15
_FIRST = re.compile(r"first page after ([\d.]+) s")
_MEMORY = re.compile(r"memory of all processes: about (\d+) MB")


def rows() -> list[Row]:
    """Two whole runs with the walk: the first warms the caches of the system, the second is measured."""
    _demo()
    seconds, megabytes = _demo()
    return [
        Row("first page, warm", f"{seconds:.1f} s", f"{AIM_SECONDS} s aim", f"{seconds / AIM_SECONDS:.2f}"),
        Row("memory of all processes after the walk", f"{megabytes:,.0f} MB", "", ""),
    ]


def _demo() -> tuple[float, float]:
    argv = [sys.executable, "-m", "concord_core.cli", "demo", "--exit"]
    done = subprocess.run(argv, capture_output=True, text=True)
    first, memory = _FIRST.search(done.stdout), _MEMORY.search(done.stdout)
    if done.returncode or first is None or memory is None:
        raise RuntimeError(f"the demo was not verified: {done.stdout[-2000:]}")
    return float(first[1]), float(memory[1])
