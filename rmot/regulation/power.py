"""How many observations a backtest needs: the power of the exact one-sided binomial test.

The test rejects coverage c when X >= k, k being the least number with P(X >= k) <= size under
X ~ Binomial(n, 1-c). Its power is P(X >= k) under the coverage that is true instead.
"""

from __future__ import annotations

from scipy.special import bdtrc

from rmot.errors import ParameterError
from rmot.regulation.binomial import check_counts, check_share, exact_decimal, least_count

_MOST = 20_000


def rejection_count(observations: int, coverage: float = 0.99, size: float = 0.05) -> int:
    """Return the least number of exceptions that rejects; `observations` + 1 where none does.

    Parameters
    ----------
    observations : int
    coverage, size
        As in `detection_power`.

    Returns
    -------
    int

    Raises
    ------
    ParameterError
        As in `traffic_light`, or a size outside (0, 1).
    """
    check_counts(0, observations, coverage)
    check_share(size, "size")
    # P(X >= k) <= size where P(X <= k-1) >= 1 - size; decided in rationals, for it can be a tie.
    return least_count(int(observations), float(coverage), 1 - exact_decimal(size)) + 1


def detection_power(
    observations: int, coverage: float = 0.99, true_coverage: float = 0.95, size: float = 0.05
) -> float:
    """Return the probability with which `coverage` is rejected when another one is true.

    Parameters
    ----------
    observations : int
    coverage : float
        The one tested.
    true_coverage : float
        Lower than that.
    size : float
        The most with which a right coverage may be rejected.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    ParameterError
        As in `traffic_light`, or a true coverage that is not lower.

    Examples
    --------
    Forty-five observations rarely tell one per cent of exceptions from five.

    >>> round(detection_power(45), 3)
    0.392
    """
    check_share(true_coverage, "true coverage")
    if true_coverage >= coverage:
        raise ParameterError(
            f"expected a true coverage below the one tested, {coverage}; got {true_coverage}"
        )
    count = rejection_count(observations, coverage, size)
    return (
        float(bdtrc(count - 1, observations, 1 - true_coverage)) if count <= observations else 0.0
    )


def least_observations(
    coverage: float = 0.99, true_coverage: float = 0.95, size: float = 0.05, power: float = 0.95
) -> int:
    """Return the least number of observations at which the power is reached.

    The power of a discrete test goes up and down with the number of observations: a few more than
    these may fall short of it again.

    Parameters
    ----------
    coverage, true_coverage, size
        As in `detection_power`.
    power : float
        The probability to reach, in (0, 1).

    Returns
    -------
    int
        Days.

    Raises
    ------
    ParameterError
        As in `detection_power`, a power outside (0, 1), or one that 20 000 do not reach.
    """
    check_share(power, "power")
    detection_power(1, coverage, true_coverage, size)  # for what it refuses
    count, near = 1, 1e-9
    for observations in range(1, _MOST + 1):
        # The least count rises with the observations; doubles find it but for ties.
        while bdtrc(count - 1, observations, 1 - coverage) > size * (1 + near):
            count += 1
        hopeful = bdtrc(count - 1, observations, 1 - true_coverage) >= power - near
        if hopeful and detection_power(observations, coverage, true_coverage, size) >= power:
            return observations
    raise ParameterError(f"expected a power that {_MOST} observations reach; got {power}")
