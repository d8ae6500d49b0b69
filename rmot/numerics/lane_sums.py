"""Knows sums over complex numbers in lanes, kept in registers until they are whole.

A sum that is written back after each term waits for its own last store, and loads both factors for
each product; these take two rows at a time, a product's real and imaginary halves apart, so that
the processor has several sums under way.
"""

from collections.abc import Sequence
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils

from rmot.numerics.lanes import Lanes, Pair, operation


class _Sums:
    """Vectors that a generated loop changes; the compiler keeps them in registers."""

    def __init__(self, builder: Any, first: Sequence[Any]) -> None:
        self.builder = builder
        self.places = [cgutils.alloca_once_value(builder, value) for value in first]

    def __getitem__(self, place: int) -> Any:
        return self.builder.load(self.places[place])

    def __setitem__(self, place: int, value: Any) -> None:
        self.builder.store(value, self.places[place])


def _subtracted(lanes: Lanes, sums: _Sums, first: int, y: Pair, z: Pair) -> None:
    """Take a product from a sum of four vectors: two real halves, then two imaginary ones."""
    factors = ((y[0], z[0]), (y[1], z[1]), (y[0], z[1]), (y[1], z[0]))
    for place, (one, other) in enumerate(factors, start=first):
        sums[place] = lanes.fused(lanes.negative(one), other, sums[place])


def _whole(lanes: Lanes, sums: _Sums, first: int) -> Pair:
    """Return the sum of the halves."""
    real = lanes.builder.fsub(sums[first], sums[first + 1])
    return real, lanes.builder.fadd(sums[first + 2], sums[first + 3])


@operation
def subtract_tile(_typing: Any, x: Any, i: Any, n: Any, j: Any, k: Any) -> Any:
    """(x, i, n, j, k): x_pq -= sum_{l < k} x_pl x_lq for p = i, i + 1 and q = j, j + 1.

    x is a matrix of rows of n numbers.
    """

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind = signature.args[0]
        array, row, size, column, count = args
        lanes = Lanes(context, builder)
        one = ir.Constant(row.type, 1)
        rows = [builder.mul(row, size), builder.mul(builder.add(row, one), size)]
        columns = [column, builder.add(column, one)]
        places = [builder.add(first, second) for first in rows for second in columns]
        kept = [part for place in places for part in lanes.load(kind, array, place)]
        sums = _Sums(builder, kept)
        with cgutils.for_range(builder, count) as loop:
            left = [lanes.load(kind, array, builder.add(first, loop.index)) for first in rows]
            across = builder.mul(loop.index, size)
            right = [lanes.load(kind, array, builder.add(across, second)) for second in columns]
            for tile, (y, z) in enumerate((y, z) for y in left for z in right):
                real, imaginary = 2 * tile, 2 * tile + 1
                minus = (lanes.negative(y[0]), lanes.negative(y[1]))
                sums[real] = lanes.fused(y[1], z[1], lanes.fused(minus[0], z[0], sums[real]))
                sums[imaginary] = lanes.fused(
                    minus[1], z[0], lanes.fused(minus[0], z[1], sums[imaginary])
                )
        for tile, place in enumerate(places):
            lanes.store(kind, array, place, (sums[2 * tile], sums[2 * tile + 1]))
        return context.get_dummy_value()

    return types.void(x, i, n, j, k), generate


@operation
def subtract_rows(_typing: Any, x: Any, i: Any, y: Any, n: Any, j: Any, k: Any) -> Any:
    """(x, i, y, n, j, k): x_p -= sum_{j <= l < k} y_pl x_l for p = i, i + 1.

    y is a matrix of rows of n numbers.
    """

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind, matrix_kind = signature.args[0], signature.args[2]
        array, row, matrix, size, begin, end = args
        lanes = Lanes(context, builder)
        one = ir.Constant(row.type, 1)
        zero = lanes.spread(ir.Constant(ir.DoubleType(), 0.0))
        rows = [row, builder.add(row, one)]
        starts = [builder.mul(place, size) for place in rows]
        kept = []
        for place in rows:
            real, imaginary = lanes.load(kind, array, place)
            kept += [real, zero, imaginary, zero]
        sums = _Sums(builder, kept)
        with cgutils.for_range_slice(builder, begin, end, one) as (index, _):
            other = lanes.load(kind, array, index)
            for which, first in enumerate(starts):
                factor = lanes.load(matrix_kind, matrix, builder.add(first, index))
                _subtracted(lanes, sums, 4 * which, factor, other)
        for which, place in enumerate(rows):
            lanes.store(kind, array, place, _whole(lanes, sums, 4 * which))
        return context.get_dummy_value()

    return types.void(x, i, y, n, j, k), generate


@operation
def subtract_weighted(
    _typing: Any, x: Any, i: Any, a: Any, w: Any, first: Any, stride: Any, y: Any, n: Any
) -> Any:
    """(x, i, a, w, first, stride, y, n): x_p -= a sum_{l < n} w_(first + p - i + l stride) y_l.

    For p = i, i + 1, with real numbers a and w.
    """

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind, weight_kind, other_kind = (signature.args[place] for place in (0, 3, 6))
        array, row, factor, weights, begin, step, others, count = args
        lanes = Lanes(context, builder)
        one = ir.Constant(row.type, 1)
        rows = [row, builder.add(row, one)]
        sums = _Sums(builder, [part for at in rows for part in lanes.load(kind, array, at)])
        data = context.make_array(weight_kind)(context, builder, weights).data
        minus = builder.fneg(factor)
        with cgutils.for_range(builder, count) as loop:
            other = lanes.load(other_kind, others, loop.index)
            place = builder.add(begin, builder.mul(loop.index, step))
            for which in range(2):
                weight = builder.load(builder.gep(data, [place]))
                spread = lanes.spread(builder.fmul(minus, weight))
                for part in range(2):
                    at = 2 * which + part
                    sums[at] = lanes.fused(spread, other[part], sums[at])
                place = builder.add(place, one)
        for which, place in enumerate(rows):
            lanes.store(kind, array, place, (sums[2 * which], sums[2 * which + 1]))
        return context.get_dummy_value()

    return types.void(x, i, a, w, first, stride, y, n), generate


@operation
def set_largest(_typing: Any, x: Any, i: Any, y: Any, n: Any) -> Any:
    """(x, i, y, n): x_i = the largest |Re y_l| + |Im y_l|, l < n, and i times their sum.

    The sum is nan or infinite where one of them is; the largest may not be.
    """

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind, other_kind = signature.args[0], signature.args[2]
        array, row, others, count = args
        lanes = Lanes(context, builder)
        zero = lanes.spread(ir.Constant(ir.DoubleType(), 0.0))
        sums = _Sums(builder, [zero, zero])
        with cgutils.for_range(builder, count) as loop:
            real, imaginary = lanes.load(other_kind, others, loop.index)
            size = builder.fadd(lanes.modulus(real), lanes.modulus(imaginary))
            above = builder.fcmp_ordered(">", size, sums[0])
            sums[0] = builder.select(above, size, sums[0])
            sums[1] = builder.fadd(sums[1], size)
        lanes.store(kind, array, row, (sums[0], sums[1]))
        return context.get_dummy_value()

    return types.void(x, i, y, n), generate
