"""The fractional Riccati equation of rough Heston as a power series in balls, tail included."""

from __future__ import annotations

from flint import acb, arb, fmpq

from rmot.errors import DataError


def log_characteristic_function(
    hurst: arb, vol_of_vol: arb, correlation: arb, u: int, maturity: arb
) -> tuple[acb, acb]:
    """Enclose log E e^{iuX} / xi, and its part linear in the vol of vol.

    ``h = sum a_k t^{k alpha}``, ``a_{k+1} = (c_1 a_k + c_2 sum a_i a_{k-i}) G_k / G_{k+1}``,
    ``G_k = Gamma(k alpha + 1)``. As G_k / G_{k+1} falls in k, the tail of |a_k| x^k is majorised by
    the smaller root B of ``B = Q + q R (|c_1| B + c_2 B^2)`` at R > x, with Q the sum of the terms
    computed and q the last ratio: at most ``B (x/R)^{n+1} / (1 - x/R)``.

    Raises
    ------
    DataError
        The majorant has no root.
    """
    terms, alpha = 120, hurst + arb(1) / 2
    gamma = [(alpha * k + 1).gamma() for k in range(terms + 1)]
    c0, c1, c2 = -acb(u * u, u) / 2, acb(0, u) * correlation * vol_of_vol, vol_of_vol**2 / 2
    a = [acb(0), c0 / gamma[1]]
    for k in range(1, terms):
        convolved = sum((a[i] * a[k - i] for i in range(1, k)), acb(0))
        a.append((c1 * a[k] + c2 * convolved) * gamma[k] / gamma[k + 1])
    x, ratio = maturity**alpha, gamma[terms - 1] / gamma[terms]
    radius = x * arb(fmpq(6, 5))
    computed = sum((abs(a[k]) * radius**k for k in range(1, terms + 1)), arb(0))
    slope = 1 - ratio * radius * abs(c1)
    inner = slope**2 - 4 * ratio * radius * c2 * computed
    if not inner > 0:
        raise DataError(f"expected a frequency at which the series is majorised; got {u}")
    bound = (slope - inner.sqrt()) / (2 * ratio * radius * c2)
    # G_k / Gamma((k - 1) alpha + 2) is below one for k >= 1.
    tail = bound * (x / radius) ** (terms + 1) / (1 - x / radius) * maturity / x
    powers = (a[k] * gamma[k] / (alpha * (k - 1) + 2).gamma() * x**k for k in range(1, terms + 1))
    whole = sum(powers, acb(0)) * maturity / x
    whole += acb(arb(0, tail.upper()), arb(0, tail.upper()))
    linear = c0 * maturity + c1 * c0 * maturity * x / (alpha + 2).gamma()
    return whole, linear
