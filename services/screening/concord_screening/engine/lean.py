"""How the innermost loops are compiled: without counting who uses which array.

numba counts the uses of every array and of every piece of one, with an atomic instruction each time; in loops of a few
dozen instructions that is most of the time. A function that only reads and writes arrays which it is given, and gives
none back, needs no such count, because its caller keeps them. One that makes an array must be compiled with
`njit(cache=True)`; numba refuses to compile it otherwise.
"""

from __future__ import annotations

from typing import Any

from numba import njit
from numba.extending import intrinsic

# numba's own library uses `_nrt`; the types that come with it do not name it.
_OPTIONS: dict[str, Any] = {"cache": True, "_nrt": False}
lean = njit(**_OPTIONS)
# What is written in LLVM's own instructions: takes its types from what it is called with, as all that is compiled does.
instruction: Any = intrinsic
