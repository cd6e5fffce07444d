"""Arrays that somebody else keeps, taken by their address.

However many lists are asked, one compiled call goes through them all. Handing it every array of every list would take
longer than what it does with them; it is handed one table of addresses.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
# (compiled functions take their types from what they are called with)

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numba import types
from numba.core import cgutils
from numba.np.arrayobj import get_itemsize, make_array, populate_array

from concord_screening.engine.lean import instruction


def addresses(arrays: Iterable[np.ndarray]) -> np.ndarray:
    """Where each array lies and how long it is; true for as long as somebody keeps the array."""
    found = [(array.__array_interface__["data"][0], len(array)) for array in arrays]
    return np.array(found, dtype=np.int64)


@instruction
def borrowed(typingctx, like, address, length):
    """The array of so many elements at an address, of the same type as `like`; whoever calls keeps it alive."""

    def written(context, builder, signature, values):
        _, address_, length_ = values
        out = make_array(like)(context, builder)
        size = cgutils.intp_t(get_itemsize(context, like))
        data = builder.inttoptr(address_, context.get_data_type(like.dtype).as_pointer())
        populate_array(out, data=data, shape=[length_], strides=[size], itemsize=size, meminfo=None)
        return out._getvalue()

    return like(like, types.int64, types.int64), written
