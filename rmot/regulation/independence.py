"""Whether exceptions are independent, and of the right rate besides (Christoffersen 1998).

Of the n-1 transitions, conditional on the first observation, with p = 1 - coverage and 0 log 0 = 0,

    LR_ind = 2 [ l(p01, p11) - l(p1) ],        LR_cc = 2 [ l(p01, p11) - l(p) ],

p01 and p11 being the shares of exceptions after none and after one, and p1 their share among all
transitions; asymptotically chi-squared with 1 and 2 degrees of freedom. Both depend on a sequence
by its first and last observation, its x exceptions and their r runs alone, and there are

    C(x-1, r-1) C(n-x-1, z-1),      z = r - 1 + [first is none] + [last is none],

such sequences: their exact laws are sums, of LR_ind given x, whatever the rate, and of LR_cc.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, gammaln, xlog1py, xlogy

from rmot.errors import DataError
from rmot.regulation.binomial import check_counts

Vector = NDArray[np.float64]

_NEGLIGIBLE = 1e-16
_TIE = 1e-9


@dataclass(frozen=True)
class LikelihoodRatio:
    """A likelihood-ratio statistic, how rare it is, and how rare by its asymptotic law.

    Attributes
    ----------
    statistic, p_value : float
        The p-value is of chi-squared.
    exact_p_value : float
        Of the sequences of this length: of independence given the number of exceptions, of
        conditional coverage at the rate that is tested.
    degrees_of_freedom : int
    """

    statistic: float
    p_value: float
    exact_p_value: float
    degrees_of_freedom: int


@dataclass(frozen=True)
class Christoffersen:
    """Whether exceptions are independent, and of the right rate besides.

    Attributes
    ----------
    independence : LikelihoodRatio
        LR_ind. Zero, with p-values of one, where it cannot be otherwise: see `testable`.
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
    exceptions = int(hits.sum())
    check_counts(exceptions, hits.size, coverage)
    counts = np.bincount(2 * hits[:-1] + hits[1:], minlength=4)
    alone, whole = (float(ratio[0]) for ratio in _ratios(counts[:, None], 1 - coverage))
    given, at_rate = _law_given(hits.size, exceptions), _law_at(hits.size, float(coverage))
    n00, n01, n10, n11 = counts.tolist()
    return Christoffersen(
        LikelihoodRatio(alone, float(chdtrc(1, alone)), _beyond(given, alone), 1),
        LikelihoodRatio(whole, float(chdtrc(2, whole)), _beyond(at_rate, whole), 2),
        ((n00, n01), (n10, n11)),
        n00 + n01 > 0 and n10 + n11 > 0,
    )


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


def _ratios(transitions: NDArray[np.int64], rate: float) -> tuple[Vector, Vector]:
    """Return LR_ind and LR_cc of columns n00, n01, n10, n11."""
    n00, n01, n10, n11 = transitions
    misses, hits = n00 + n10, n01 + n11
    free = _greatest(n00, n01) + _greatest(n10, n11)
    at_rate = xlogy(hits, rate) + xlog1py(misses, -rate)
    alone, whole = free - _greatest(misses, hits), free - at_rate
    return np.maximum(2 * alone, 0.0), np.maximum(2 * whole, 0.0)


def _greatest(misses: NDArray[np.int64], hits: NDArray[np.int64]) -> Vector:
    """Return the log-likelihood at the share of hits."""
    total = np.maximum(misses + hits, 1)
    return xlogy(misses, misses / total) + xlogy(hits, hits / total)


@lru_cache(maxsize=256)
def _law_given(observations: int, exceptions: int) -> tuple[Vector, Vector]:
    transitions, log_counts = _patterns(observations, exceptions)
    whole = _log_choose(observations, exceptions)
    return _ordered(_ratios(transitions, 0.5)[0], np.exp(log_counts - whole))


@lru_cache(maxsize=32)
def _law_at(observations: int, coverage: float) -> tuple[Vector, Vector]:
    rate = 1 - coverage
    counts = np.arange(observations + 1)
    log_single = xlogy(counts, rate) + xlog1py(observations - counts, -rate)
    total = np.exp(_log_choose(observations, counts) + log_single)
    parts = []
    for count in np.flatnonzero(total > _NEGLIGIBLE):
        transitions, log_counts = _patterns(observations, int(count))
        parts.append((_ratios(transitions, rate)[1], np.exp(log_counts + log_single[count])))
    statistics, weights = (np.concatenate(column) for column in zip(*parts, strict=True))
    return _ordered(statistics, weights)


def _patterns(observations: int, exceptions: int) -> tuple[NDArray[np.int64], Vector]:
    """Return transitions (4, m) of sequences with so many exceptions, and log counts of these."""
    none = observations - exceptions
    if not exceptions or not none:
        only = (0, observations - 1) if exceptions else (observations - 1, 0)
        return np.array([[only[0]], [0], [0], [only[1]]]), np.zeros(1)
    columns, logs = [], []
    for first, last in product((0, 1), repeat=2):
        runs = np.arange(1, exceptions + 1)
        gaps = runs - 1 + (1 - first) + (1 - last)
        runs, gaps = (values[(gaps >= 1) & (gaps <= none)] for values in (runs, gaps))
        columns.append(np.array([none - gaps, runs - first, runs - last, exceptions - runs]))
        logs.append(_log_choose(exceptions - 1, runs - 1) + _log_choose(none - 1, gaps - 1))
    return np.hstack(columns), np.concatenate(logs)


def _log_choose(n: int, k: ArrayLike) -> Vector:
    chosen = np.asarray(k)
    return gammaln(n + 1) - gammaln(chosen + 1) - gammaln(n - chosen + 1)


def _ordered(statistics: Vector, weights: Vector) -> tuple[Vector, Vector]:
    """Return statistics in order, and the probability of each or more."""
    order = np.argsort(statistics, kind="stable")
    return statistics[order], np.cumsum(weights[order][::-1])[::-1]


def _beyond(law: tuple[Vector, Vector], statistic: float) -> float:
    statistics, tails = law
    # Equal statistics of different patterns differ in rounding.
    place = int(np.searchsorted(statistics, statistic - _TIE * (1 + statistic)))
    return min(float(tails[place]), 1.0) if place < tails.size else 0.0
