"""One row of a comparison, eight places at a time.

A row holds, by place of the candidate's spelling, how likely the listed letters so far are the spelling up to there.
Parts of names are short: of a loop over seven places compilers make seven times the work of one place. Here the
eight places that a register holds are reckoned together; LLVM maps them to what the processor has (one register of
AVX-512, two of AVX2, four of NEON or SSE).

Places hang on each other by what is left out of the spelling only: `x[i] += x[i - 1] * gap[i]`, one after the other.
That comes to the same as adding what lies one, then two, then four places before, times the gaps between.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
# (compiled functions take their types from what they are called with)

from __future__ import annotations

from llvmlite import ir
from numba import types

from concord_screening.engine.lean import instruction, lean

LANES = 8
# By eight places: the gaps that belong to one, two, four places before, to the eight before; and 1 up to the last
# place of the spelling, 0 after it.
GAPS = 5
_INSIDE = 4

_DOUBLES = ir.VectorType(ir.DoubleType(), LANES)
_NOTHING = ir.Constant(_DOUBLES, ir.Undefined)
# A product and a sum may be one instruction.
_FUSED = ("contract",)


class _Writer:
    """Writes instructions on eight numbers at once."""

    def __init__(self, context, builder):
        self._context = context
        self._builder = builder

    def _pointer(self, kind, array, at, element):
        data = self._context.make_array(kind)(self._context, self._builder, array).data
        return self._builder.bitcast(self._builder.gep(data, [at]), ir.VectorType(element, LANES).as_pointer())

    def load(self, kind, array, at, by=0):
        """Eight numbers of an array from place `at` + `by` on, as doubles."""
        at = self._builder.add(at, ir.Constant(at.type, by))
        if kind.dtype == types.float32:
            found = self._builder.load(self._pointer(kind, array, at, ir.FloatType()), align=4)
            return self._builder.fpext(found, _DOUBLES)
        return self._builder.load(self._pointer(kind, array, at, ir.DoubleType()), align=8)

    def load_moved(self, kind, array, at, base):
        """Eight numbers of a row from `at` on, those from one place before, and from two; before the row is nothing.

        They are put together from what was stored as eight: a processor hands on what it has just stored only as a
        whole.
        """
        inside = self._builder.icmp_signed(">", base, ir.Constant(base.type, 0))
        back = self._builder.select(inside, ir.Constant(at.type, LANES), ir.Constant(at.type, 0))
        here = self.load(kind, array, at)
        before = self.load(kind, array, self._builder.sub(at, back))
        before = self._builder.select(inside, before, ir.Constant(_DOUBLES, [0.0] * LANES))
        one, two = (self._in_order(before, here, range(LANES - by, 2 * LANES - by)) for by in (1, 2))
        return here, one, two

    def store(self, value, kind, array, at):
        """Writes eight numbers from there on."""
        self._builder.store(value, self._pointer(kind, array, at, ir.DoubleType()), align=8)

    def turn(self, kind, array, lines, out_kind, out, at, wide):
        """Writes eight numbers from each of eight places as eight lines, the first of all in the first."""
        lines = [self._builder.load(self._pointer(kind, array, line, ir.FloatType()), align=4) for line in lines]
        # Pairs of lines are woven into each other: by single numbers, then by twos, then by fours.
        woven = [
            self._in_order(lines[k], lines[k + 1], order)
            for k in range(0, LANES, 2)
            for order in ((0, 8, 1, 9, 4, 12, 5, 13), (2, 10, 3, 11, 6, 14, 7, 15))
        ]
        by_two = [
            self._in_order(woven[k + odd], woven[k + 2 + odd], order)
            for k in (0, 4)
            for odd in (0, 1)
            for order in ((0, 1, 8, 9, 4, 5, 12, 13), (2, 3, 10, 11, 6, 7, 14, 15))
        ]
        for line in range(LANES):
            first = line // 4 * 4
            order = [*range(first, first + 4), *range(LANES + first, LANES + first + 4)]
            written = self._in_order(by_two[line % 4], by_two[4 + line % 4], order)
            place = self._builder.add(at, self._builder.mul(wide, ir.Constant(wide.type, line)))
            self._builder.store(written, self._pointer(out_kind, out, place, ir.FloatType()), align=4)

    def times(self, a, b):
        """a * b"""
        return self._builder.fmul(a, b, flags=_FUSED)

    def plus(self, total, a, b):
        """total + a * b"""
        return self._builder.fadd(total, self.times(a, b), flags=_FUSED)

    def _in_order(self, value, other, order):
        places = ir.Constant(ir.VectorType(ir.IntType(32), LANES), list(order))
        return self._builder.shuffle_vector(value, other, places)

    def everywhere(self, number):
        """One number eight times."""
        first = self._builder.insert_element(_NOTHING, number, ir.Constant(ir.IntType(32), 0))
        return self._in_order(first, _NOTHING, [0] * LANES)

    def moved(self, value, by):
        """Each number `by` places on, zeros before the first."""
        return self._in_order(ir.Constant(_DOUBLES, [0.0] * LANES), value, range(LANES - by, 2 * LANES - by))

    def last(self, value):
        """The number in the last place."""
        return self._builder.extract_element(value, ir.Constant(ir.IntType(32), LANES - 1))

    def most(self, value):
        """The greatest of eight numbers, none of them below zero."""
        apart = LANES
        while apart > 1:
            apart //= 2
            other = self._in_order(value, _NOTHING, [place ^ apart for place in range(LANES)])
            value = self._builder.select(self._builder.fcmp_ordered(">", value, other), value, other)
        return self._builder.extract_element(value, ir.Constant(ir.IntType(32), 0))


def _eight(write, kinds, rows, mine, base, single, double, letter, lost):
    """What units of one listed letter bring."""
    here, one, two = write.load_moved(kinds[0], rows, mine, base)
    total = write.times(here, write.everywhere(lost))
    total = write.plus(total, one, write.load(kinds[1], single, letter))
    return write.plus(total, two, write.load(kinds[2], double, letter))


def _closed(context, builder, write, total, rows, gaps, kinds, out, base, carry, returned):
    """Adds what is left out of the spelling, and writes the places down; gives the last of them, and the greatest."""
    rows_kind, gaps_kind = kinds
    at = builder.mul(base, ir.Constant(base.type, GAPS))
    for line, by in enumerate((1, 2, 4)):
        total = write.plus(total, write.moved(total, by), write.load(gaps_kind, gaps, at, line * LANES))
    total = write.plus(total, write.everywhere(carry), write.load(gaps_kind, gaps, at, 3 * LANES))
    total = write.times(total, write.load(gaps_kind, gaps, at, _INSIDE * LANES))
    write.store(total, rows_kind, rows, out)
    return context.make_tuple(builder, returned, (write.last(total), write.most(total)))


_BOTH = types.UniTuple(types.float64, 2)
_AT, _NUMBER = types.int64, types.float64


@instruction
def eight(typingctx, rows, mine, out, single, double, letter, gaps, base, lost, carry):
    """Writes eight places of a new row of `rows`; gives the last of them, and the greatest.

    `mine` and `out` are where the row before and the new one lie in `rows`, `letter` where the listed letter's ratios
    do in `single` and `double`, all at the first of the eight places, which has the number `base`. `carry` is the
    place before it.
    """

    def written(context, builder, signature, values):
        rows_, mine_, out_, single_, double_, letter_, gaps_, base_, lost_, carry_ = values
        write = _Writer(context, builder)
        total = _eight(write, (rows, single, double), rows_, mine_, base_, single_, double_, letter_, lost_)
        return _closed(
            context, builder, write, total, rows_, gaps_, (rows, gaps), out_, base_, carry_, signature.return_type
        )

    return _BOTH(rows, _AT, _AT, single, double, _AT, gaps, _AT, _NUMBER, _NUMBER), written


@instruction
def eight_with_pairs(
    typingctx, rows, mine, above, out, single, double, letter, paired, both, pair, gaps, base, lost, carry
):
    """The same where the last two listed letters have units, which start from the row `above` the one before: their
    ratios lie in `paired` and `both` at `pair`."""

    def written(context, builder, signature, values):
        rows_, mine_, above_, out_, *units, gaps_, base_, lost_, carry_ = values
        single_, double_, letter_, paired_, both_, pair_ = units
        write = _Writer(context, builder)
        total = _eight(write, (rows, single, double), rows_, mine_, base_, single_, double_, letter_, lost_)
        _, one, two = write.load_moved(rows, rows_, above_, base_)
        total = write.plus(total, one, write.load(paired, paired_, pair_))
        total = write.plus(total, two, write.load(both, both_, pair_))
        return _closed(
            context, builder, write, total, rows_, gaps_, (rows, gaps), out_, base_, carry_, signature.return_type
        )

    arguments = (rows, _AT, _AT, _AT, single, double, _AT, paired, both, _AT, gaps, _AT, _NUMBER, _NUMBER)
    return _BOTH(*arguments), written


@instruction
def most_of(typingctx, rows, at, factors, base):
    """The greatest product of eight numbers of a row with eight factors."""

    def written(context, builder, signature, values):
        rows_, at_, factors_, base_ = values
        write = _Writer(context, builder)
        return write.most(write.times(write.load(rows, rows_, at_), write.load(factors, factors_, base_)))

    return _NUMBER(rows, _AT, factors, _AT), written


@instruction
def turned(typingctx, array, lines, by, out, at, wide):
    """Writes the eight numbers from `by` on of each of eight lines of `array`, which begin where `lines` says, as
    columns of `out`: there the first begins at `at`, and a line is so `wide`."""

    def written(context, builder, signature, values):
        array_, lines_, by_, out_, at_, wide_ = values
        data = context.make_array(lines)(context, builder, lines_).data
        begin = [builder.load(builder.gep(data, [ir.Constant(by_.type, k)])) for k in range(LANES)]
        _Writer(context, builder).turn(array, array_, [builder.add(by_, line) for line in begin], out, out_, at_, wide_)
        return context.get_dummy_value()

    return types.void(array, lines, _AT, out, _AT, _AT), written


@lean
def lay_out_gaps(gap, n, gaps):
    """Writes the products of gaps for a spelling of n letters; `gap[i]` is what leaving out letter i costs."""
    for base in range(0, n + 1, LANES):
        block = gaps[base // LANES]
        block[_INSIDE, :] = 0.0
        product = 1.0
        for lane in range(min(LANES, n + 1 - base)):
            i = base + lane
            block[_INSIDE, lane] = 1.0
            block[0, lane] = gap[i]
            block[1, lane] = gap[i] * gap[i - 1] if lane > 1 else 0.0
            block[2, lane] = block[1, lane] * block[1, lane - 2] if lane > 3 else 0.0
            product *= gap[i]
            block[3, lane] = product
