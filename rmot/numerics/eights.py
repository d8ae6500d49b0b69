"""Knows real arithmetic on eight numbers at once, as passes over long arrays use it.

    total = eights.fill(0.0)
    for i in range(0, x.size, 8):
        total += eights.load(x, i) * eights.load(y, i)
    inner = eights.total(total)

LLVM vectorises a loop only where it can prove that arrays do not overlap, and never a sum whose
order counts. Here eight lanes are written in its vector types: on any processor the same numbers,
with each operation rounded by itself. Loads need no alignment; no bounds are checked. A value lives
within a kernel; `+`, `-`, `*`, `/` take eights, or eights and a number.
"""

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import errors, types
from numba.core import cgutils
from numba.core.datamodel import models
from numba.core.imputils import lower_builtin
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, register_model
from numpy.typing import NDArray

EIGHT = 8

_VECTOR = ir.VectorType(ir.DoubleType(), EIGHT)
_INDEX = ir.IntType(32)


class _Eight(types.Type):
    """Numba's type of eight float64."""

    def __init__(self) -> None:
        super().__init__(name="eight_float64")


_eight = _Eight()


@register_model(_Eight)
class _Model(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _VECTOR)


def _spread(builder: Any, scalar: Any) -> Any:
    one = builder.insert_element(ir.Constant(_VECTOR, ir.Undefined), scalar, ir.Constant(_INDEX, 0))
    zeros = ir.Constant(ir.VectorType(_INDEX, EIGHT), [0] * EIGHT)
    return builder.shuffle_vector(one, ir.Constant(_VECTOR, ir.Undefined), zeros)


def _lanes(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    if isinstance(kind, _Eight):
        return value
    return _spread(builder, context.cast(builder, value, kind, types.float64))


def _define(symbol: Any, in_place: Any, instruction: str) -> None:
    """Give an operator of Python its meaning for eights, and for eights and a number."""

    class Operation(AbstractTemplate):
        def generic(self, args: Any, kws: Any) -> Any:
            known = len(args) == 2 and not kws
            if known and any(isinstance(kind, _Eight) for kind in args):
                return signature(_eight, *args)
            return None

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        left, right = (_lanes(context, builder, *each) for each in zip(sig.args, args, strict=True))
        return getattr(builder, instruction)(left, right)

    for each in (symbol, in_place):
        register: Any = infer_global(each)
        register(type("Operation", (Operation,), {"key": each}))
        for kinds in ((_Eight, _Eight), (_Eight, types.Float), (types.Float, _Eight)):
            lower_builtin(each, *kinds)(generate)


_define(operator.add, operator.iadd, "fadd")
_define(operator.sub, operator.isub, "fsub")
_define(operator.mul, operator.imul, "fmul")
_define(operator.truediv, operator.itruediv, "fdiv")


def _operation(generator: Callable[..., Any]) -> Callable[..., Any]:
    """Make an operation for kernels of what generates its code; its arguments are those after."""
    return intrinsic(generator)


def _contiguous(array: Any) -> None:
    if not (isinstance(array, types.Array) and array.layout == "C" and array.ndim == 1):
        raise errors.TypingError(f"expected a contiguous array of one axis; got {array}")


def _address(context: Any, builder: Any, kind: Any, array: Any, first: Any) -> Any:
    data = context.make_array(kind)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [first]), _VECTOR.as_pointer())


@_operation
def load(_typing: Any, array: Any, first: Any) -> Any:
    """(x, i): x[i : i + 8] of a contiguous array."""
    _contiguous(array)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        value = builder.load(_address(context, builder, sig.args[0], args[0], args[1]))
        value.align = 8
        return value

    return _eight(array, types.intp), generate


@_operation
def store(_typing: Any, array: Any, first: Any, eight: Any) -> Any:
    """(x, i, v): x[i : i + 8] = v."""
    _contiguous(array)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        kept = builder.store(args[2], _address(context, builder, sig.args[0], args[0], args[1]))
        kept.align = 8
        return context.get_dummy_value()

    return types.void(array, types.intp, eight), generate


@_operation
def fill(_typing: Any, number: Any) -> Any:
    """Return eight times (a), the same number."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _spread(builder, args[0])

    return _eight(types.float64), generate


@_operation
def larger(_typing: Any, one: Any, other: Any) -> Any:
    """(v, w): the larger of each pair, w where one is NaN."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.select(builder.fcmp_ordered(">", args[0], args[1]), args[0], args[1])

    return _eight(one, other), generate


@_operation
def smaller(_typing: Any, one: Any, other: Any) -> Any:
    """(v, w): the smaller of each pair, w where one is NaN."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.select(builder.fcmp_ordered("<", args[0], args[1]), args[0], args[1])

    return _eight(one, other), generate


@_operation
def root(_typing: Any, eight: Any) -> Any:
    """(v): the square roots, correctly rounded."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        kind = ir.FunctionType(_VECTOR, [_VECTOR])
        name = f"llvm.sqrt.v{EIGHT}f64"
        return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), args)

    return _eight(eight), generate


@_operation
def where(_typing: Any, mark: Any, one: Any, other: Any) -> Any:
    """(t, v, w): v where t > 0, else w."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        zero = ir.Constant(_VECTOR, [0.0] * EIGHT)
        chosen = builder.fcmp_ordered(">", args[0], zero)
        one, other = (
            _lanes(context, builder, *each) for each in zip(sig.args[1:], args[1:], strict=True)
        )
        return builder.select(chosen, one, other)

    return _eight(mark, one, other), generate


def _folded(builder: Any, value: Any, join: Callable[[Any, Any], Any]) -> Any:
    """Fold halves onto each other, always in the same order."""
    lanes = [builder.extract_element(value, ir.Constant(_INDEX, k)) for k in range(EIGHT)]
    while len(lanes) > 1:
        half = len(lanes) // 2
        lanes = [join(a, b) for a, b in zip(lanes[:half], lanes[half:], strict=True)]
    return lanes[0]


@_operation
def total(_typing: Any, eight: Any) -> Any:
    """(v): the sum of the eight, pair by pair."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _folded(builder, args[0], builder.fadd)

    return types.float64(eight), generate


@_operation
def greatest(_typing: Any, eight: Any) -> Any:
    """(v): the largest of the eight."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        def join(a: Any, b: Any) -> Any:
            return builder.select(builder.fcmp_ordered(">", a, b), a, b)

        return _folded(builder, args[0], join)

    return types.float64(eight), generate


def filled_up(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return values, shape (n,), with zeros behind them up to a multiple of eight."""
    out = np.zeros(-(-values.size // EIGHT) * EIGHT)
    out[: values.size] = values
    return out
