"""How long a person waits after `make demo` for the first page, once all is installed, and what it holds in memory."""

from __future__ import annotations

import re
import subprocess
import time
from pathlib import Path

from benchmarks.row import Row

ROOT = Path(__file__).resolve().parents[2]
AIM_SECONDS = 15
_FIRST = "first page after "
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
    """Seconds from the start of `make` until the line of the first page is read here, and megabytes.

    The demo's own number begins after Python and its imports are there, which a person waits for as well.
    """
    seconds, lines = None, []
    argv = ["make", "demo", "EXIT=1"]
    begun = time.monotonic()
    with subprocess.Popen(argv, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        for line in process.stdout or ():
            if seconds is None and line.startswith(_FIRST):
                seconds = time.monotonic() - begun
            lines.append(line)
    said = "".join(lines)
    memory = _MEMORY.search(said)
    if process.returncode or seconds is None or memory is None:
        raise RuntimeError(f"the demo was not verified: {said[-2000:]}")
    return seconds, float(memory[1])
