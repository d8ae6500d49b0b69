"""Whether exceptions come as often as they should: Kupiec's test, and an interval for their rate.

With x exceptions in n, p = 1 - coverage, and 0 log 0 = 0,

    LR_uc = 2 [ l(x/n) - l(p) ],    l(q) = x log q + (n-x) log(1-q),

asymptotically chi-squared with one degree of freedom; poorly so at one per cent of a few dozen
observations.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv, chdtrc, gammaln, xlog1py, xlogy

from rmot.regulation.binomial import check_counts, check_share

_RELATIVE_TIE = 1e-7


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


def kupiec(exceptions: int, observations: int, coverage: float = 0.99) -> Kupiec:
    """Return the proportion-of-failures test.

    With no exceptions or with nothing else the likelihood takes its limit: LR_uc is then
    -2 n log(coverage), or -2 n log(1 - coverage).

    Parameters
    ----------
    exceptions, observations : int
    coverage : float
        Share of days without exception, if all is right.

    Raises
    ------
    ParameterError
        As in `traffic_light`.

    References
    ----------
    P. Kupiec, Techniques for verifying the accuracy of risk measurement models, J. Derivatives 3
    (1995) 73-84.

    Examples
    --------
    >>> found = kupiec(3, 250, coverage=0.95)
    >>> round(found.statistic, 3), round(found.p_value, 5)
    (10.812, 0.00101)
    """
    check_counts(exceptions, observations, coverage)
    n, x, rate = int(observations), int(exceptions), 1 - coverage
    free = xlogy(x, x / n) + xlogy(n - x, (n - x) / n)
    statistic = max(2 * float(free - xlogy(x, rate) - xlog1py(n - x, -rate)), 0.0)
    p_value = float(chdtrc(1, statistic))
    return Kupiec(statistic, p_value, _two_sided(x, n, rate), x, n, float(coverage))


def exception_rate_interval(
    exceptions: int, observations: int, level: float = 0.95
) -> tuple[float, float]:
    """Return Clopper and Pearson's interval for the rate of exceptions.

    Its coverage is `level` at least, whatever the rate.

    Parameters
    ----------
    exceptions, observations : int
    level : float
        In (0, 1).

    Returns
    -------
    lower, upper : float
        Shares of the observations.

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


def _two_sided(x: int, n: int, rate: float) -> float:
    counts = np.arange(n + 1)
    log_choose = gammaln(n + 1) - gammaln(counts + 1) - gammaln(n - counts + 1)
    log_probability = log_choose + xlogy(counts, rate) + xlog1py(n - counts, -rate)
    # Equal probabilities may differ in rounding; those within the tie count as no likelier.
    chosen = log_probability <= log_probability[x] + _RELATIVE_TIE
    return min(math.fsum(np.exp(log_probability[chosen])), 1.0)
