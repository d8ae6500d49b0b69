"""Knows what elementary operations take on this machine, at their best.

A floating-point operation of the vectors of `rmot.numerics.lanes` is timed as half a fused
multiply-add on numbers that stay in registers, in more chains than one takes cycles; an exponential
as one e^x (cos y, sin y) in a loop over numbers in the first cache. In the eights of
`rmot.numerics.eights` product and sum are rounded by themselves, so a multiply-add has a cost of
its own there, as have divisions, roots, and moves: numbers read or written, of arrays as many and
as long as a Newton step has. Random numbers are those of NumPy's generator, one of many. No program
that does as many takes less with these instructions on one core; but for moves, whose cost depends
on what else a cache holds.
"""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils

from rmot.numerics.compiled import kernel
from rmot.numerics.eights import EIGHT, fill, load, root, store, total
from rmot.numerics.exponentials import cosine_and_sine, exponential
from rmot.numerics.lanes import LANES, Lanes, operation

FLOP, EXPONENTIAL, MULTIPLY_ADD = "flop", "exponential", "multiply_add"
DIVISION, ROOT, NORMAL, UNIFORM = "division", "root", "normal", "uniform"
NEAR_MOVE, FAR_MOVE = "near_move", "far_move"

ROUNDS = 40
NEAR, FAR = 2000, 30_000
"""Numbers of an array; sixteen such lie in the second cache, and beyond it."""

_ARRAYS = 16
_CHAINS = 12
_REPETITIONS = 20_000
_REPEATS = 64
_NUMBERS, _DRAWN = 1 << 10, 1 << 13
_LONG, _MOST_REPEATS = 1e-4, 100


def least(
    action: Callable[..., object],
    rounds: int = ROUNDS,
    *,
    start: Callable[[], object] | None = None,
) -> float:
    """Return the least seconds of an action over rounds, after two that are not counted.

    With `start` each call is given what that returns anew, whose making is not counted. They are
    the processor's own seconds, whatever else runs; an action that is short for their clock is
    taken many times in a round.
    """

    def seconds(repeats: int) -> float:
        given = [() if start is None else (start(),) for _ in range(repeats)]
        begun = time.process_time()
        for each in given:
            action(*each)
        return (time.process_time() - begun) / repeats

    seconds(1)
    repeats = min(max(int(_LONG / max(seconds(1), 1e-7)), 1), _MOST_REPEATS)
    return min(seconds(repeats) for _ in range(rounds))


@operation
def _multiply_and_add(_typing: Any, x: Any, factor: Any, repetitions: Any) -> Any:
    """(x, factor, repetitions): run chains of multiply-adds in registers; x_0 is what they add to.

    Each chain starts elsewhere, else they were one.
    """

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind = signature.args[0]
        lanes = Lanes(context, builder)
        scale = lanes.spread(args[1])
        zero = ir.Constant(ir.IntType(64), 0)
        start, other = lanes.load(kind, args[0], zero)
        places = []
        for _ in range(_CHAINS):
            start = builder.fadd(start, other)
            places.append(cgutils.alloca_once_value(builder, start))
        with cgutils.for_range(builder, args[2]):
            for place in places:
                builder.store(lanes.fused(builder.load(place), scale, other), place)
        total = builder.load(places[0])
        for place in places[1:]:
            total = builder.fadd(total, builder.load(place))
        lanes.store(kind, args[0], zero, (total, other))
        return context.get_dummy_value()

    return types.void(x, factor, repetitions), generate


@kernel
def _chains(x, factor, repetitions):
    _multiply_and_add(x, factor, repetitions)


@kernel
def _exponentials(x, out):
    for i in range(x.size):
        cosine, sine = cosine_and_sine(x[i])
        out[i] = exponential(x[i]) * (cosine + sine)


@kernel
def _pass(arrays):
    """Read two arrays and write a third, in all of four rounds of four groups of arrays."""
    for _ in range(4):
        for group in range(0, arrays.shape[0], 4):
            one, two, three = arrays[group], arrays[group + 1], arrays[group + 2]
            for i in range(0, arrays.shape[1], EIGHT):
                store(three, i, load(one, i) + load(two, i))


@kernel
def _multiply_adds(numbers, out):
    a, b, c, d = fill(0.0), fill(1.0), fill(2.0), fill(3.0)
    e, f, g, h = fill(4.0), fill(5.0), fill(6.0), fill(7.0)
    for _ in range(_REPEATS):
        for i in range(0, numbers.size, EIGHT):
            x = load(numbers, i)
            a += x * 0.1
            b += x * 0.2
            c += x * 0.3
            d += x * 0.4
            e += x * 0.5
            f += x * 0.6
            g += x * 0.7
            h += x * 0.8
    out[0] = total(a + b + c + d + e + f + g + h)


@kernel
def _divisions(numbers, out):
    a, b = fill(0.0), fill(0.0)
    for _ in range(_REPEATS):
        for i in range(0, numbers.size, 2 * EIGHT):
            a += 1.0 / load(numbers, i)
            b += 1.0 / load(numbers, i + EIGHT)
    out[0] = total(a + b)


@kernel
def _roots(numbers, out):
    a, b = fill(0.0), fill(0.0)
    for _ in range(_REPEATS):
        for i in range(0, numbers.size, 2 * EIGHT):
            a += root(load(numbers, i))
            b += root(load(numbers, i + EIGHT))
    out[0] = total(a + b)


def flop_seconds(rounds: int = ROUNDS) -> float:
    """Return seconds a floating-point operation."""
    x = np.full(2 * LANES, 0.1)
    seconds = least(lambda: _chains(x, 0.5, _REPETITIONS), rounds)
    return seconds / (2.0 * LANES * _CHAINS * _REPETITIONS)


def exponential_seconds(rounds: int = ROUNDS) -> float:
    """Return seconds a complex exponential."""
    x, out = np.linspace(-9.0, 9.0, _NUMBERS), np.empty(_NUMBERS)
    return least(lambda: _exponentials(x, out), rounds) / _NUMBERS


def move_seconds(length: int, rounds: int = ROUNDS) -> float:
    """Return seconds a number read or written, of arrays so long."""
    arrays = np.ones((_ARRAYS, -(-length // EIGHT) * EIGHT))
    # of each four arrays two are read and one is written, in four rounds
    return least(lambda: _pass(arrays), rounds) / (3.0 * arrays.size)


def _of_eights(loop: Callable[..., None], a_number: int, rounds: int = ROUNDS) -> float:
    numbers, out = np.linspace(1.0, 2.0, _NUMBERS), np.ones(1)
    return least(lambda: loop(numbers, out), rounds) / (_NUMBERS * _REPEATS * a_number)


def _of_generator(kind: str, rounds: int = ROUNDS) -> float:
    draw, out = getattr(np.random.default_rng(0), kind), np.empty(_DRAWN)
    return least(lambda: draw(out=out), rounds) / _DRAWN


UNITS: dict[str, Callable[[int], float]] = {
    FLOP: flop_seconds,
    EXPONENTIAL: exponential_seconds,
    MULTIPLY_ADD: partial(_of_eights, _multiply_adds, 8),
    DIVISION: partial(_of_eights, _divisions, 1),
    ROOT: partial(_of_eights, _roots, 1),
    NORMAL: partial(_of_generator, "standard_normal"),
    UNIFORM: partial(_of_generator, "random"),
    NEAR_MOVE: partial(move_seconds, NEAR),
    FAR_MOVE: partial(move_seconds, FAR),
}
"""Each measures its unit, in so many rounds."""
