r"""Knows E (A_0 - A_1 - ... - A_d)^+ of positive variables by a Fourier integral in d dimensions.

With a_j > 0 the payoff's transform is Dirichlet's integral, and

    E (A_0 - sum_j A_j)^+ = (2 pi i)^{-d} ∫ prod_j Gamma(a_j) / Gamma(2 + sum_j a_j)
                              E[A_0^{1 + sum a} prod_j A_j^{-a_j}] da,

over lines Re a = alpha on which the expectation is finite. P(A_0 > sum_j A_j) has Gamma(1 + sum a)
and A_0^{sum a} there. A weight, which multiplies the payoff, is a change of measure and enters the
moment alone. d = 1 is the option to exchange assets.
d = 2 are puts on baskets (A_0 cash), spread options (A_0 the asset received, A_1 that given, A_2
cash), and by parity all other options on cash and two assets: the formula of T. Hurd and Z. Zhou,
"A Fourier transform method for spread option pricing", SIAM J. Financial Mathematics 1 (2010), is
the second case in other letters.

A small A_j draws its line to the pole at a_j = 0, which no lattice resolves well. The line is then
moved past it, to -1 < alpha_j < 0. The residue is the same expectation without A_j, an integral in
a dimension less, and what is left on the line is no larger than E A_j.

Lines run through the integrand's saddle, and the trapezoidal rule is taken in y on
a = alpha - i L sinh(y), where L whitens the saddle's curvature. The step is halved until the change
says that the error is below what is asked for, in several dimensions by way of the centres of the
cells, which double the nodes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rmot.errors import AccuracyError
from rmot.numerics._fourier_lattices import ROUNDING, Lattices
from rmot.numerics._fourier_saddle import Integrand, LogMoments, saddle_point, whitenings

_NEAR_POLE = 1.5
_RESIDUE = 0.1
_PATIENCE = 6
_NO_MORE = object()
_MEAN_ACCURACY = 1e-12
_CAUTION = 5.0
_FIRST_RATIO = 0.1
_SLOW = 0.03


@dataclass(frozen=True)
class DominatedSum:
    """E (A_0 - sum A_j)^+, its estimated absolute error, and derivatives, shape (parameters,)."""

    value: float
    error: float
    gradient: NDArray[np.float64]


def dominated_sum(
    log_moments: LogMoments,
    is_finite: Callable[[NDArray[np.float64]], bool],
    start: NDArray[np.float64],
    tolerance: float,
    *,
    power: int = 1,
    differentiate: bool = False,
) -> DominatedSum:
    """Return E (A_0 - A_1 - ... - A_d)^+, or the probability that this is positive.

    Parameters
    ----------
    log_moments : callable
    is_finite : callable
        Whether the moment is finite at a real a, shape (d,).
    start : ndarray, shape (d,)
        Positive: the size of a at which to look first, 1 / deviation of log A_j.
    tolerance : float
        Admissible absolute error.
    power : {1, 0}
        Of the positive part; 0 is the probability. `log_moments` has the same n.
    differentiate : bool
        Whether derivatives in the parameters of `log_moments` are wanted.

    Raises
    ------
    AccuracyError
        If the tolerance is not reached; the message says what is.
    """
    if start.size == 0:
        return _mean(log_moments, differentiate)
    given = (log_moments, is_finite, power)
    integrand = Integrand(*given, np.zeros(start.size, dtype=bool))
    saddle = saddle_point(integrand, start)
    near = int(np.argmin(saddle))
    beyond = Integrand(*given, np.arange(start.size) == near)
    centred = np.where(beyond.beyond, -0.5, saddle)

    def before_pole() -> DominatedSum:
        return _integral(integrand, saddle, tolerance, differentiate)

    def past_pole() -> DominatedSum:
        if not beyond.is_usable(centred):
            raise AccuracyError("expected finite moments past a pole")
        residue = dominated_sum(
            *_without(near, log_moments, is_finite),
            np.delete(start, near),
            _RESIDUE * tolerance,
            power=power,
            differentiate=differentiate,
        )
        rest = (1.0 - _RESIDUE) * tolerance
        line = _integral(beyond, saddle_point(beyond, centred), rest, differentiate)
        return DominatedSum(
            line.value + residue.value, line.error + residue.error, line.gradient + residue.gradient
        )

    ways = [before_pole, past_pole]
    first, second = ways[::-1] if saddle[near] < _NEAR_POLE else ways
    try:
        return first()
    except AccuracyError as error:
        # a saddle at the edge of what is finite, or a residue in which nothing decays
        try:
            return second()
        except AccuracyError:
            raise error from None


def _without(
    j: int, log_moments: LogMoments, is_finite: Callable[[NDArray[np.float64]], bool]
) -> tuple[LogMoments, Callable[[NDArray[np.float64]], bool]]:
    """Return the moments of all terms but one, and where they are finite."""

    def moments(
        a: NDArray[np.complex128], admissible: NDArray[np.float64] | float, slopes: bool
    ) -> tuple[NDArray[np.complex128], NDArray[np.float64], NDArray[np.complex128]]:
        return log_moments(np.insert(a, j, 0.0, axis=1), admissible, slopes)

    return moments, lambda a: is_finite(np.insert(a, j, 0.0))


def _mean(log_moments: LogMoments, differentiate: bool) -> DominatedSum:
    """Return E A_0^n, what is left without other terms."""
    log, error, slopes = log_moments(np.zeros((1, 0), np.complex128), _MEAN_ACCURACY, differentiate)
    mean = float(np.exp(log[0].real))
    gradient = mean * slopes[:, 0].real if differentiate else np.empty(0)
    return DominatedSum(mean, mean * float(error[0] + ROUNDING), gradient)


def _integral(
    integrand: Integrand, saddle: NDArray[np.float64], tolerance: float, differentiate: bool
) -> DominatedSum:
    """Return the integral over lines through the saddle."""
    runs = [
        _Refinement(Lattices(integrand, saddle, white, tolerance))
        for white in whitenings(integrand, saddle)
    ]
    # where the first is slow the others may not be
    for run, most in [(runs[0], _PATIENCE), *((run, math.inf) for run in (*runs[1:], runs[0]))]:
        if run.reaches(tolerance, most) and run.agrees(runs, tolerance):
            gradient = run.lattices.gradient() if differentiate else np.empty(0)
            return DominatedSum(run.estimates[-1], run.error, gradient)
    raise AccuracyError(
        f"a Fourier integral in {saddle.size} dimensions reaches an error of "
        f"{min(run.error for run in runs):.1e}; {tolerance:.1e} was wanted"
    )


class _Refinement:
    """Estimates on ever finer lattices, and the error of the last."""

    def __init__(self, lattices: Lattices) -> None:
        self.lattices = lattices
        self.left = lattices.refined()
        self.estimates: list[float] = []
        self.sizes: list[float] = []
        self.error = np.inf

    def reaches(self, tolerance: float, most: float) -> bool:
        """Refine to the tolerance, or to so many estimates; tell whether it is reached."""
        while self.error > tolerance and len(self.estimates) < most:
            if next(self.left, _NO_MORE) is _NO_MORE:
                return False
            lattices = self.lattices
            self.estimates.append(lattices.value)
            self.sizes.append(lattices.moduli)
            changing = max(_discretisation(each, lattices) for each in (self.estimates, self.sizes))
            # the integral is no larger than that of the modulus
            self.error = float(min(changing, 2.0 * lattices.moduli) + lattices.lost)
        return self.error <= tolerance

    def agrees(self, runs: list[_Refinement], tolerance: float) -> bool:
        """Tell whether the tolerance is reached against another run, where convergence is slow."""
        stages = self.lattices.stages
        if len(self.estimates) <= 2 * stages:
            # little is there at all
            return True
        halvings = _halvings(self.estimates, self.lattices)
        slow = halvings[-1] > _SLOW * halvings[-1 - stages]
        for other in runs if slow else ():
            if other is not self and other.reaches(tolerance, math.inf):
                apart = abs(self.estimates[-1] - other.estimates[-1])
                self.error = max(self.error, other.error, _CAUTION * apart)
        return self.error <= tolerance


def _halvings(estimates: list[float], lattices: Lattices) -> NDArray[np.float64]:
    """Return the changes as the step was halved, those of all stages of a halving together."""
    changes = np.maximum(np.abs(np.diff(estimates)), ROUNDING * lattices.moduli)
    return np.convolve(changes, np.ones(lattices.stages), "valid")


def _discretisation(estimates: list[float], lattices: Lattices) -> float:
    """Estimate the rule's error from its changes as the step was halved.

    The changes of a halving fall at least geometrically, often faster. Those of one stage need not,
    since each is blind to some waves, so that all stages of a halving count together. They may be
    small by chance, so the ratio that goes on is the worst within two halvings, or one that is
    cautious.
    """
    stages = lattices.stages
    if len(estimates) <= 2 * stages:
        return np.inf
    halvings = _halvings(estimates, lattices)
    ratios = halvings[stages:] / halvings[:-stages]
    ratio = np.max(ratios[-stages - 1 :], initial=_FIRST_RATIO)
    return _CAUTION * halvings[-1] * min(ratio, 1.0)
