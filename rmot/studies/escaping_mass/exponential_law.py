r"""The relative-entropy bound of a call around the exponential law, by its exact dual.

.. math:: \inf_{t, n} \frac{1}{t}\Big(\eta + n
          + \log\Big(\frac{1 - e^{-(1+n)K}}{1 + n} + \frac{e^{-(1+n)K}}{1 + n - t}\Big)\Big),
          \quad n > t - 1,

the expectation being :math:`E e^{t (S-K)^+ - n S}` for :math:`P(S > s) = e^{-s}`.
"""

from __future__ import annotations

from math import exp, expm1, inf, log

from scipy.optimize import minimize_scalar

# Logarithms of the slope 1 + n - t left at infinity, in units of 1 / K, and of t.
_SLOPES, _TILTS = (-60.0, 3.0), (-2.0, 6.0)


def upper_bound(strike: float, radius: float) -> float:
    """Return sup E_Q (S - K)^+ over E_Q S = 1 and KL(Q|P) <= radius."""

    def value(log_t: float, log_slope: float) -> float:
        t, slope = exp(log_t), exp(log_slope) / strike
        rate = t + slope
        mean = -expm1(-rate * strike) / rate + exp(-rate * strike) / slope
        return (radius + rate - 1.0 + log(mean)) / t

    def least(log_t: float) -> float:
        found = minimize_scalar(
            lambda log_slope: value(log_t, log_slope),
            bounds=_SLOPES,
            method="bounded",
            options={"xatol": 1e-9},
        )
        return float(found.fun)  # pyright: ignore[reportAttributeAccessIssue]

    best = inf
    for left in range(int(_TILTS[0]), int(_TILTS[1])):
        found = minimize_scalar(
            least, bounds=(left, left + 1), method="bounded", options={"xatol": 1e-9}
        )
        best = min(best, float(found.fun))  # pyright: ignore[reportAttributeAccessIssue]
    return best


def limit(radius: float) -> float:
    """Return the greatest c with m(c) + c <= radius, where m(c) = -c - log(1 - c)."""
    return -expm1(-radius)
