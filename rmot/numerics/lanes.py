"""Knows complex arithmetic on four numbers at once, as kernels use it.

Four complex numbers stand in 8 consecutive float64 of a one-dimensional array: four real parts,
then four imaginary parts; one cache line. Position i of an array begins at element 8 i. LLVM
vectorises loops over such lanes only when it can prove that arrays do not overlap, which it cannot;
so these few operations are written in its vector types, where one instruction serves four lanes.
No bounds are checked.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

LANES = 4
STRIDE = 2 * LANES

_VECTOR = ir.VectorType(ir.DoubleType(), LANES)
Pair = tuple[ir.Value, ir.Value]


class Lanes:
    """Loads, stores and arithmetic of one generated operation."""

    def __init__(self, context: Any, builder: Any) -> None:
        self.context = context
        self.builder = builder
        kind = ir.FunctionType(_VECTOR, [_VECTOR] * 3)
        # falls back to a product and a sum where the processor has no fused operation
        self._fused = cgutils.get_or_insert_function(
            builder.module, kind, f"llvm.fmuladd.v{LANES}f64"
        )

    def _address(self, kind: Any, array: Any, position: Any, part: int) -> Any:
        data = self.context.make_array(kind)(self.context, self.builder, array).data
        first = self.builder.mul(position, ir.Constant(position.type, STRIDE))
        first = self.builder.add(first, ir.Constant(position.type, part * LANES))
        return self.builder.bitcast(self.builder.gep(data, [first]), _VECTOR.as_pointer())

    def load(self, kind: Any, array: Any, position: Any) -> Pair:
        """Return the real and the imaginary parts at a position."""
        parts = []
        for part in (0, 1):
            value = self.builder.load(self._address(kind, array, position, part))
            value.align = 8
            parts.append(value)
        return parts[0], parts[1]

    def store(self, kind: Any, array: Any, position: Any, value: Pair) -> None:
        """Put both parts at a position."""
        for part in (0, 1):
            kept = self.builder.store(value[part], self._address(kind, array, position, part))
            kept.align = 8

    def fused(self, a: Any, b: Any, c: Any) -> Any:
        """Return a b + c."""
        return self.builder.call(self._fused, [a, b, c])

    def root(self, a: Any) -> Any:
        """Return the square root of real parts."""
        kind = ir.FunctionType(_VECTOR, [_VECTOR])
        name = f"llvm.sqrt.v{LANES}f64"
        return self.builder.call(
            cgutils.get_or_insert_function(self.builder.module, kind, name), [a]
        )

    def modulus(self, a: Any) -> Any:
        """Return the absolute values of real parts."""
        kind = ir.FunctionType(_VECTOR, [_VECTOR])
        name = f"llvm.fabs.v{LANES}f64"
        return self.builder.call(
            cgutils.get_or_insert_function(self.builder.module, kind, name), [a]
        )

    def positive(self, a: Any) -> Any:
        """Return what is above 0, else 0."""
        zero = ir.Constant(_VECTOR, [0.0] * LANES)
        return self.builder.select(self.builder.fcmp_ordered(">", a, zero), a, zero)

    def negative(self, a: Any) -> Any:
        """Return -a."""
        return self.builder.fneg(a)

    def spread(self, scalar: Any) -> Any:
        """Return a vector whose lanes all hold the scalar."""
        one = self.builder.insert_element(
            ir.Constant(_VECTOR, ir.Undefined), scalar, ir.Constant(ir.IntType(32), 0)
        )
        zeros = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
        return self.builder.shuffle_vector(one, ir.Constant(_VECTOR, ir.Undefined), zeros)


def operation(generator: Callable[..., Any]) -> Callable[..., None]:
    """Make an operation for kernels of what generates its code; its arguments are those after."""
    return intrinsic(generator)


def _three_arrays(body: Callable[[Lanes, Pair, Pair, Pair], Pair]) -> Callable[..., None]:
    """Make an operation (x, i, y, j, z, k): x_i becomes body(x_i, y_j, z_k)."""

    def generator(_typing: Any, x: Any, i: Any, y: Any, j: Any, z: Any, k: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            kinds = signature.args
            lanes = Lanes(context, builder)
            values = [lanes.load(kinds[p], args[p], args[p + 1]) for p in (0, 2, 4)]
            lanes.store(kinds[0], args[0], args[1], body(lanes, *values))
            return context.get_dummy_value()

        return types.void(x, i, y, j, z, k), generate

    return operation(generator)


def _product(lanes: Lanes, _x: Pair, y: Pair, z: Pair) -> Pair:
    real = lanes.fused(y[0], z[0], lanes.negative(lanes.builder.fmul(y[1], z[1])))
    return real, lanes.fused(y[0], z[1], lanes.builder.fmul(y[1], z[0]))


def _plus_product(lanes: Lanes, x: Pair, y: Pair, z: Pair) -> Pair:
    real = lanes.fused(lanes.negative(y[1]), z[1], lanes.fused(y[0], z[0], x[0]))
    return real, lanes.fused(y[1], z[0], lanes.fused(y[0], z[1], x[1]))


def _minus_product(lanes: Lanes, x: Pair, y: Pair, z: Pair) -> Pair:
    real, imaginary = lanes.negative(y[0]), lanes.negative(y[1])
    return _plus_product(lanes, x, (real, imaginary), z)


set_product = _three_arrays(_product)
"""(x, i, y, j, z, k): x_i = y_j z_k."""

add_product = _three_arrays(_plus_product)
"""(x, i, y, j, z, k): x_i += y_j z_k."""

subtract_product = _three_arrays(_minus_product)
"""(x, i, y, j, z, k): x_i -= y_j z_k."""


@operation
def add_multiple(_typing: Any, x: Any, i: Any, a: Any, y: Any, j: Any) -> Any:
    """(x, i, a, y, j): x_i += a y_j with a real number a."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kinds = signature.args
        lanes = Lanes(context, builder)
        before = lanes.load(kinds[0], args[0], args[1])
        other = lanes.load(kinds[3], args[3], args[4])
        factor = lanes.spread(args[2])
        after = tuple(lanes.fused(factor, o, b) for o, b in zip(other, before, strict=True))
        lanes.store(kinds[0], args[0], args[1], (after[0], after[1]))
        return context.get_dummy_value()

    return types.void(x, i, a, y, j), generate


@operation
def set_multiple(_typing: Any, x: Any, i: Any, a: Any, y: Any, j: Any) -> Any:
    """(x, i, a, y, j): x_i = a y_j with a real number a."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kinds = signature.args
        lanes = Lanes(context, builder)
        other = lanes.load(kinds[3], args[3], args[4])
        factor = lanes.spread(args[2])
        after = (builder.fmul(factor, other[0]), builder.fmul(factor, other[1]))
        lanes.store(kinds[0], args[0], args[1], after)
        return context.get_dummy_value()

    return types.void(x, i, a, y, j), generate


@operation
def invert(_typing: Any, x: Any, i: Any) -> Any:
    """(x, i): x_i = 1 / x_i."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kinds = signature.args
        lanes = Lanes(context, builder)
        real, imaginary = lanes.load(kinds[0], args[0], args[1])
        size = lanes.fused(real, real, builder.fmul(imaginary, imaginary))
        after = (builder.fdiv(real, size), builder.fdiv(lanes.negative(imaginary), size))
        lanes.store(kinds[0], args[0], args[1], after)
        return context.get_dummy_value()

    return types.void(x, i), generate


@operation
def set_root(_typing: Any, x: Any, i: Any, y: Any, j: Any) -> Any:
    """(x, i, y, j): x_i = the principal square root of y_j, to a few digits near its cut."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kinds = signature.args
        lanes = Lanes(context, builder)
        real, imaginary = lanes.load(kinds[2], args[2], args[3])
        size = lanes.root(lanes.fused(real, real, builder.fmul(imaginary, imaginary)))
        half = ir.Constant(_VECTOR, [0.5] * LANES)
        low = lanes.root(builder.fmul(half, lanes.positive(builder.fadd(size, real))))
        high = lanes.root(builder.fmul(half, lanes.positive(builder.fsub(size, real))))
        below = builder.fcmp_ordered("<", imaginary, ir.Constant(_VECTOR, [0.0] * LANES))
        after = (low, builder.select(below, lanes.negative(high), high))
        lanes.store(kinds[0], args[0], args[1], after)
        return context.get_dummy_value()

    return types.void(x, i, y, j), generate


@operation
def set_quadratic(_typing: Any, x: Any, i: Any, y: Any, j: Any, c: Any, a: Any, h: Any) -> Any:
    """(x, i, y, j, c, a, h): x_i = c_0 + c_1 h_j + a h_j^2 and y_j = c_1 + 2 a h_j, real a."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kinds = signature.args
        lanes = Lanes(context, builder)
        constant, linear = (
            lanes.load(kinds[4], args[4], ir.Constant(args[1].type, place)) for place in (0, 1)
        )
        value, factor = lanes.load(kinds[6], args[6], args[3]), lanes.spread(args[5])
        half = [lanes.fused(factor, v, c) for v, c in zip(value, linear, strict=True)]
        slope = [lanes.fused(factor, v, c) for v, c in zip(value, half, strict=True)]
        lanes.store(
            kinds[0], args[0], args[1], _plus_product(lanes, constant, (half[0], half[1]), value)
        )
        lanes.store(kinds[2], args[2], args[3], (slope[0], slope[1]))
        return context.get_dummy_value()

    return types.void(x, i, y, j, c, a, h), generate


@operation
def add_number(_typing: Any, x: Any, i: Any, a: Any) -> Any:
    """(x, i, a): x_i += a with a real number a."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind = signature.args[0]
        lanes = Lanes(context, builder)
        real, imaginary = lanes.load(kind, args[0], args[1])
        after = (builder.fadd(real, lanes.spread(args[2])), imaginary)
        lanes.store(kind, args[0], args[1], after)
        return context.get_dummy_value()

    return types.void(x, i, a), generate


def pack(values: NDArray[np.complex128]) -> NDArray[np.float64]:
    """Return lanes, shape (8 n,), of complex numbers, shape (n, 4)."""
    return np.stack([values.real, values.imag], axis=1).ravel()
