"""Whether exceptions come as often as they should, and independently: likelihood-ratio tests.

With x exceptions in n, p = 1 - coverage, and 0 log 0 = 0 throughout,

    LR_uc  = 2 [ l(x/n) - l(p) ],   l(q) = x log q + (n-x) log(1-q)                (Kupiec 1995)
    LR_ind = 2 [ l(p01, p11) - l(p1) ]                                        (Christoffersen 1998)
    LR_cc  = 2 [ l(p01, p11) - l(p) ]

where the last two are of the n-1 transitions, conditional on the first observation: p01 and p11 are
the shares of exceptions after none and after one, and p1 their share among all transitions.
Asymptotically chi-squared with 1, 1 and 2 degrees of freedom. At p of one per cent and a few dozen
observations that is poor: `Kupiec.exact_p_value` is not asymptotic.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, chdtrc, gammaln, xlog1py, xlogy

from rmot.errors import DataError
from rmot.regulation.binomial import check_counts, check_share

_RELATIVE_TIE = 1e-7


@dataclass(frozen=True)
class LikelihoodRatio:
    """A likelihood-ratio statistic with its asymptotic p-value.

    Attributes
    ----------
    statistic, p_value : float
    degrees_of_freedom : int
    """

    statistic: float
    p_value: float
    degrees_of_freedom: int


@dataclass(frozen=True)
class Kupiec:
    """Whether the rate of exceptions is right.

    Attributes
    ----------
    statistic, p_value : float
        LR_uc, and its p-value by chi-squared with one degree of freedom.
    exact_p_value : float
        Two-sided and binomial: the probability of all numbers of exceptions that are no likelier
        than the one seen.
    exceptions, observations : int
    coverage : float
    """

    statistic: float
    p_value: float
    exact_p_value: float
    exceptions: int
    observations: int
    coverage: float


@dataclass(frozen=True)
class Christoffersen:
    """Whether exceptions are independent, and of the right rate besides.

    Attributes
    ----------
    independence : LikelihoodRatio
        LR_ind. Zero, with a p-value of one, where it cannot be otherwise: see `testable`.
    conditional_coverage : LikelihoodRatio
        LR_cc = LR_ind + LR_uc of the transitions.
    transitions : ((int, int), (int, int))
        (n00, n01), (n10, n11): from no exception and from one, to none and to one.
    testable : bool
        Whether both states were ever left, so that independence could fail.
    """

    independence: LikelihoodRatio
    conditional_coverage: LikelihoodRatio
    transitions: tuple[tuple[int, int], tuple[int, int]]
    testable: bool


def kupiec(exceptions: int, observations: int, coverage: float = 0.99) -> Kupiec:
    """Return the proportion-of-failures test.

    With no exceptions or with nothing else the likelihood takes its limit: LR_uc is then
    -2 n log(coverage), or -2 n log(1 - coverage).

    Raises
    ------
    ParameterError
        As in `traffic_light`.

    References
    ----------
    P. Kupiec, Techniques for verifying the accuracy of risk measurement models, J. Derivatives 3
    (1995) 73-84.
    """
    check_counts(exceptions, observations, coverage)
    n, x = int(observations), int(exceptions)
    statistic = _ratio(_likelihood(n - x, x), _likelihood(n - x, x, 1 - coverage))
    return Kupiec(
        statistic,
        float(chdtrc(1, statistic)),
        _two_sided(x, n, 1 - coverage),
        x,
        n,
        float(coverage),
    )


def christoffersen(sequence: ArrayLike, coverage: float = 0.99) -> Christoffersen:
    """Return the tests of independence and of conditional coverage.

    Parameters
    ----------
    sequence : array_like, shape (n,)
        1 or True for an exception, 0 for none, oldest first.
    coverage : float

    Raises
    ------
    DataError
        Fewer than two observations, or one that is neither 0 nor 1.
    ParameterError
        A coverage outside (0, 1).

    References
    ----------
    P. Christoffersen, Evaluating interval forecasts, International Economic Review 39 (1998)
    841-862.
    """
    hits = exception_sequence(sequence)
    if hits.size < 2:
        raise DataError(f"expected two observations or more, for a transition; got {hits.size}")
    check_counts(int(hits.sum()), hits.size, coverage)
    counts = np.bincount(2 * hits[:-1] + hits[1:], minlength=4).reshape(2, 2)
    (n00, n01), (n10, n11) = ((int(a), int(b)) for a, b in counts)
    free = _likelihood(n00, n01) + _likelihood(n10, n11)
    independence = _ratio(free, _likelihood(n00 + n10, n01 + n11))
    conditional = _ratio(free, _likelihood(n00 + n10, n01 + n11, 1 - coverage))
    return Christoffersen(
        LikelihoodRatio(independence, float(chdtrc(1, independence)), 1),
        LikelihoodRatio(conditional, float(chdtrc(2, conditional)), 2),
        ((n00, n01), (n10, n11)),
        n00 + n01 > 0 and n10 + n11 > 0,
    )


def exception_rate_interval(
    exceptions: int, observations: int, level: float = 0.95
) -> tuple[float, float]:
    """Return Clopper and Pearson's interval for the rate of exceptions.

    Its coverage is `level` at least, whatever the rate.

    Raises
    ------
    ParameterError
        As in `traffic_light`, or a level outside (0, 1).
    """
    check_counts(exceptions, observations, 0.5)
    check_share(level, "level")
    n, x, half = int(observations), int(exceptions), (1 - level) / 2
    lower = 0.0 if x == 0 else float(betaincinv(x, n - x + 1, half))
    upper = 1.0 if x == n else float(betaincinv(x + 1, n - x, 1 - half))
    return lower, upper


def exception_sequence(sequence: ArrayLike) -> NDArray[np.int64]:
    """Return exceptions as an array of 0 and 1.

    Raises
    ------
    DataError
        It is empty, not one-dimensional, or has another value.
    """
    try:
        values = np.asarray(sequence, dtype=float)
    except (TypeError, ValueError):
        raise DataError("expected a sequence of 0 and 1; got something else") from None
    if values.ndim != 1 or not values.size:
        raise DataError(f"expected a sequence of 0 and 1; got shape {values.shape}")
    odd = np.flatnonzero((values != 0) & (values != 1))
    if odd.size:
        raise DataError(
            f"expected a sequence of 0 and 1; observation {odd[0] + 1} is {values[odd[0]]:g}"
        )
    return values.astype(np.int64)


def _likelihood(misses: int, hits: int, rate: float | None = None) -> float:
    """Return the log-likelihood at `rate`, or at the maximum where none is given."""
    if rate is None:
        total = max(misses + hits, 1)
        return float(xlogy(misses, misses / total) + xlogy(hits, hits / total))
    return float(xlogy(hits, rate) + xlog1py(misses, -rate))


def _ratio(free: float, bound: float) -> float:
    return max(2 * (free - bound), 0.0)


def _two_sided(x: int, n: int, rate: float) -> float:
    counts = np.arange(n + 1)
    log_choose = gammaln(n + 1) - gammaln(counts + 1) - gammaln(n - counts + 1)
    log_probability = log_choose + xlogy(counts, rate) + xlog1py(n - counts, -rate)
    # Equal probabilities may differ in rounding; those within the tie count as no likelier.
    chosen = log_probability <= log_probability[x] + _RELATIVE_TIE
    return min(math.fsum(np.exp(log_probability[chosen])), 1.0)
