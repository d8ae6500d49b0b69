r"""Proofs, in balls, that a fractional Riccati equation explodes before or after a given time.

D^alpha h = G(h) = c0 + c1 h + c2 h^2, h(0) = 0, c0 and c2 positive; I and D are of order alpha.

After T: let v be continuous and u = I v with v >= G(u) on [0, T]. Then e = u - h solves e = I[s +
a e] with s >= 0 and a = c1 + c2 (u + h); a + l >= 0 for some l, and with the resolvent of l, whose
kernel is positive, e = E * (s + (a + l) e) >= 0. As h >= 0 in the same way, h stays finite. Here v
is a polynomial in z = (t/T)^alpha, whose fractional integral is one too.

Before T: let psi be continuous and phi = I psi from the right, positive on (0, T). Had h existed on
[0, T], Fubini would give int phi G(h) = int psi h, and G is convex: so that int c0 phi - (c1 phi -
psi)^2/(4 c2 phi) <= 0. Here psi is a polynomial in x = ((T-t)/T)^alpha times x.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import flint
import numpy as np
import numpy.typing as npt
from flint import acb, arb, arb_poly, fmpq, fmpq_poly
from scipy.optimize import minimize

from rmot.numerics.explosion import explosion_time, unit_explosion

Array = npt.NDArray[np.float64]

_PENALTY = 1e-5


def ball(value: Fraction) -> arb:
    """Enclose a rational number."""
    return arb(fmpq(value.numerator, value.denominator))


@dataclass(frozen=True)
class Riccati:
    """The equation.

    Parameters
    ----------
    c0, c1, c2, alpha : Fraction
        Coefficients and order.
    """

    c0: Fraction
    c1: Fraction
    c2: Fraction
    alpha: Fraction

    @property
    def balls(self) -> tuple[arb, arb, arb, arb]:
        """Coefficients and order at the working precision."""
        return ball(self.c0), ball(self.c1), ball(self.c2), ball(self.alpha)

    @property
    def floats(self) -> tuple[float, float, float, float]:
        """Coefficients and order in floating point."""
        return float(self.c0), float(self.c1), float(self.c2), float(self.alpha)


def _gammas(alpha: arb, first: int, count: int) -> list[arb]:
    """Return Gamma(j alpha + 1)/Gamma((j + 1) alpha + 1) for j from `first`."""
    values = [(alpha * j + 1).gamma() for j in range(first, first + count + 1)]
    return [low / high for low, high in pairwise(values)]


def _supersolution(equation: Riccati, time: float, degree: int, slack: float) -> Array | None:
    """Return v in Chebyshev polynomials of 2 z - 1: the solution for a greater c0."""
    c0, c1, c2, alpha = equation.floats
    c0 *= 1 + slack
    explodes, _ = explosion_time(c0, c1, c2, alpha)
    if explodes <= time:
        return None
    solution = unit_explosion(c1 / np.sqrt(c0 * c2), alpha)
    angles = np.pi * (np.arange(degree + 1) + 0.5) / (degree + 1)
    z = 0.5 * (1 + np.cos(angles))
    values = c0 * solution.source(z ** (1 / alpha) * (time / explodes))[0]
    coefficients = 2 / (degree + 1) * np.cos(np.outer(np.arange(degree + 1), angles)) @ values
    coefficients[0] /= 2
    return coefficients


def _in_powers(coefficients: Array) -> list[fmpq]:
    """Convert from Chebyshev polynomials of 2 z - 1 to powers of z, exactly, by Clenshaw."""
    twice = fmpq_poly([-2, 4])
    first, second = fmpq_poly([0]), fmpq_poly([0])
    for value in coefficients[:0:-1]:
        first, second = twice * first - second + fmpq(*float(value).as_integer_ratio()), first
    whole = fmpq_poly([-1, 2]) * first - second + fmpq(*float(coefficients[0]).as_integer_ratio())
    return [whole[power] for power in range(coefficients.size)]


def _least(polynomial: arb_poly) -> arb:
    """Bound a polynomial from below on [0, 1] by its Chebyshev coefficients.

    With z = (1 + w)^2/(4 w) the Chebyshev polynomials of 2 z - 1 are (w^k + w^{-k})/2; w^N p(z) is
    put together from halves of the coefficients.
    """
    degree, square = polynomial.degree(), arb_poly([1, 2, 1]) * arb(fmpq(1, 4))

    def part(low: int, high: int) -> arb_poly:
        if high - low == 1:
            return arb_poly([polynomial[low]])
        middle = (low + high) // 2
        shift = arb_poly([*[0] * (high - middle), 1])
        return part(low, middle) * shift + square ** (middle - low) * part(middle, high)

    whole = part(0, degree + 1)
    rest = sum((abs(whole[degree + power]) for power in range(1, degree + 1)), arb(0))
    return whole[degree] - 2 * rest


def least_excess(equation: Riccati, time: Fraction, degree: int, slack: float) -> arb:
    """Bound v - G(I v) from below on [0, time]: where that is positive the solution is finite.

    Parameters
    ----------
    equation : Riccati
    time : Fraction
    degree : int
        Of the polynomial.
    slack : float
        What it aims at, as a fraction of c0.

    Returns
    -------
    arb
        Minus one if the floating solution explodes by `time` as it is.
    """
    coefficients = _supersolution(equation, float(time), degree, slack)
    if coefficients is None:
        return arb(-1)
    before = flint.ctx.prec
    flint.ctx.prec = 6 * degree + 200
    try:
        powers = _in_powers(coefficients)
        source = arb_poly([arb(value) for value in powers])
        c0, c1, c2, alpha = equation.balls
        scale = ball(time) ** alpha
        gammas = _gammas(alpha, 0, len(powers))
        integral = arb_poly(
            [arb(0), *(scale * g * arb(v) for g, v in zip(gammas, powers, strict=True))]
        )
        return _least(source - c0 - integral * c1 - integral * integral * c2)
    finally:
        flint.ctx.prec = before


def _weight(equation: Riccati, time: float, count: int) -> Array:
    """Return Q of psi = x Q(x), Q(0) = 1, for which the integral is about as large as can be."""
    c0, c1, c2, alpha = equation.floats
    nodes, weights = np.polynomial.legendre.leggauss(60)
    xi, weights = (0.5 * (1 + nodes)) ** 2, 0.5 * weights * (1 + nodes)
    x = xi**alpha
    ratios = np.array([float(value) for value in _gammas(ball(equation.alpha), 1, count)])
    powers = x[:, None] ** np.arange(count)
    p_powers = time**alpha * powers * ratios

    def loss(free: Array) -> tuple[float, Array]:
        q = np.append(1.0, free)
        top, bottom = powers @ q, p_powers @ q
        if np.min(bottom) <= 0:
            return 1e6, np.zeros(free.size)
        gap = c1 * x * bottom - top
        value = c0 * x**2 * bottom - gap**2 / (4 * c2 * bottom)
        slope = (c0 * x**2 + gap**2 / (4 * c2 * bottom**2))[:, None] * p_powers
        slope -= (gap / (2 * c2 * bottom))[:, None] * (c1 * x[:, None] * p_powers - powers)
        # The integral is homogeneous in Q, and unbounded where it can be positive by far.
        drawn = _PENALTY * free
        return float(free @ drawn) - float(weights @ value), 2 * drawn - (weights @ slope)[1:]

    return np.append(1.0, minimize(loss, np.zeros(count - 1), jac=True, method="BFGS").x)


def integral_of_the_weight(equation: Riccati, time: Fraction, count: int) -> arb:
    """Enclose the integral which is positive only if the solution explodes by `time`."""
    weights = [ball(Fraction(float(value))) for value in _weight(equation, float(time), count)]
    *coefficients, alpha = equation.balls
    scale = ball(time) ** alpha
    ratios = _gammas(alpha, 1, count)
    top = [acb(value) for value in weights]
    bottom = [acb(scale * r * value) for r, value in zip(ratios, weights, strict=True)]
    c0, c1, c2 = (acb(value) for value in coefficients)

    def integrand(x: acb) -> acb:
        upper, lower = _horner(top, x), _horner(bottom, x)
        gap = c1 * x * lower - upper
        return c0 * x * x * lower - gap * gap / (4 * c2 * lower)

    # d xi = x^{1/alpha - 1} dx / alpha, xi = (T - t)/T
    inverse = 1 / alpha
    start = arb(fmpq(1, 10**6))
    near = integrand(acb(start.union(arb(0)))).real * start**inverse
    far = acb.integral(
        lambda x, _: integrand(x) * acb(inverse) * (acb(inverse - 1) * x.log()).exp(),
        acb(start),
        acb(1),
        rel_tol=arb(2) ** -40,
        abs_tol=arb(2) ** -40,
    )
    return near + far.real


def _horner(coefficients: Sequence[acb], x: acb) -> acb:
    value = acb(0)
    for coefficient in reversed(coefficients):
        value = value * x + coefficient
    return value
