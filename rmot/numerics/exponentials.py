r"""Knows exponentials, sines and cosines that the compiler turns into vector instructions.

The library's functions are calls, which end a loop's vectorisation; these are straight lines,

    e^x = 2^n e^r,  r = x - n log 2,       e^{iy} = i^q e^{is},  s = y - q pi/2,

n and q the nearest integers, with Taylor's polynomials of e^r, cos s and sin s, |r| <= log(2)/2 and
|s| <= pi/4. W. J. Cody and W. Waite, "Software Manual for the Elementary Functions" (1980), has the
constants in pieces, by which the differences lose nothing.
"""

import math
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from rmot.numerics.compiled import kernel

_LARGEST = 708.0
_SHIFT = 6755399441055744.0  # 1.5 2^52: numbers beside it have integers for last places
_LOG2 = (0.6931471803691238, 1.9082149292705877e-10)
_HALF_PI = (1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21)


def _power_of_two(_typing: Any, n: Any) -> Any:
    """(n): 2^n for an integer-valued float n between -1022 and 1023."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        shift = ir.Constant(ir.DoubleType(), _SHIFT + 1023.0)
        bits = builder.bitcast(builder.fadd(args[0], shift), ir.IntType(64))
        bits = builder.shl(bits, ir.Constant(ir.IntType(64), 52))
        return builder.bitcast(bits, ir.DoubleType())

    return types.float64(n), generate


power_of_two: Any = intrinsic(_power_of_two)


@kernel
def exponential(x):
    """Return e^x within 2 units in the last place; 0 below x = -708, and e^708 above 708."""
    vanishes = x < -_LARGEST
    x = min(max(x, -_LARGEST), _LARGEST)
    n = (x * (1.0 / math.log(2.0)) + _SHIFT) - _SHIFT
    r = (x - n * _LOG2[0]) - n * _LOG2[1]
    s = 1.0 / 479001600.0 + r * (1.0 / 6227020800.0)
    s = 1.0 / 3628800.0 + r * (1.0 / 39916800.0 + r * s)
    s = 1.0 / 40320.0 + r * (1.0 / 362880.0 + r * s)
    s = 1.0 / 720.0 + r * (1.0 / 5040.0 + r * s)
    s = 1.0 / 24.0 + r * (1.0 / 120.0 + r * s)
    s = 0.5 + r * (1.0 / 6.0 + r * s)
    value = (1.0 + (r + r * r * s)) * power_of_two(n)
    return 0.0 if vanishes else value


@kernel
def cosine_and_sine(y):
    """Return cos y and sin y within 2^-52 (1 + |y|)."""
    q = (y * (2.0 / math.pi) + _SHIFT) - _SHIFT
    s = ((y - q * _HALF_PI[0]) - q * _HALF_PI[1]) - q * _HALF_PI[2]
    z = s * s
    cosine = 1.0 / 20922789888000.0
    cosine = -1.0 / 87178291200.0 + z * cosine
    cosine = 1.0 / 479001600.0 + z * cosine
    cosine = -1.0 / 3628800.0 + z * cosine
    cosine = 1.0 / 40320.0 + z * cosine
    cosine = -1.0 / 720.0 + z * cosine
    cosine = 1.0 - z * (0.5 - z * (1.0 / 24.0 + z * cosine))
    sine = 1.0 / 355687428096000.0
    sine = -1.0 / 1307674368000.0 + z * sine
    sine = 1.0 / 6227020800.0 + z * sine
    sine = -1.0 / 39916800.0 + z * sine
    sine = 1.0 / 362880.0 + z * sine
    sine = -1.0 / 5040.0 + z * sine
    sine = s - s * z * (1.0 / 6.0 - z * (1.0 / 120.0 + z * sine))
    # no branches: signs and roles by the quarter of the circle
    quarter = q - 4.0 * np.floor(0.25 * q)
    odd = quarter - 2.0 * np.floor(0.5 * quarter)
    below = np.floor(0.5 * quarter)
    left = np.floor(0.5 * quarter + 0.5) - 2.0 * np.floor(0.25 * quarter + 0.25)
    first = (1.0 - 2.0 * left) * (cosine + odd * (sine - cosine))
    second = (1.0 - 2.0 * below) * (sine + odd * (cosine - sine))
    return first, second
