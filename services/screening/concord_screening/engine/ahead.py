"""Asks memory for what is needed soon, so that the answers to many such questions are waited for together.

In a list of a million nearly every look at a person, a name or a node of the tree is one that no cache holds. A loop
that looks and decides, again and again, waits each time; one that first asks for what the next rounds will look at
waits once.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
# (compiled functions take their types from what they are called with)

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.core import cgutils

from concord_screening.engine.lean import instruction

# To be read, not written; to be kept near; data, not instructions.
_READ, _NEAR, _DATA = 0, 3, 1


@instruction
def prefetch(typingctx, array, at):
    """Asks for the place `at` of an array; a place that is none does no harm."""

    def written(context, builder, signature, values):
        whole, place = values
        pointer = builder.gep(context.make_array(array)(context, builder, whole).data, [place])
        byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        asked = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        builder.call(asked, [builder.bitcast(pointer, byte), *(number(how) for how in (_READ, _NEAR, _DATA))])
        return context.get_dummy_value()

    return types.void(array, types.int64), written
