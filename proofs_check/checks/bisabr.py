"""Spread options in the BiSABR model: local variance of the spread, time value, implied volatility.

With ``dS_i = a_i S_i^b_i dW_i`` the spread has the local variance ``a_1^2 S_1^(2 b_1) + a_2^2
S_2^(2 b_2) - 2 rho a_1 a_2 S_1^b_1 S_2^b_2``, at the strike where ``S_1 = K + b`` and ``S_2 =
b``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy

from proofs_check.agreement import Derivations, against_derivation, against_derived
from proofs_check.certificate import Certificate
from proofs_check.ito import Process, bracket, differential
from proofs_check.ledger import Claim
from proofs_check.registry import Context, check

STRIKE, LEVEL, RHO, VOLATILITY = sympy.symbols("K b rho sigma")
SIZES = sympy.symbols("alpha_1 alpha_2")


def _power(base: Any, place: Any) -> Any:
    """Name the volatility function of one asset at a price; equal prices have one name."""
    return sympy.Symbol(
        f"P{place}_at_" + str(base).replace(" ", "").replace("+", "_plus_").replace("-", "_minus_")
    )


NAMES: Mapping[str, Any] = {
    **{str(x): x for x in (STRIKE, LEVEL, RHO, VOLATILITY, *SIZES)},
    "P": _power,
}


def _variance() -> Any:
    """Return the variance rate of the spread where it is the strike, by Ito's formula."""
    prices = sympy.symbols("S_1 S_2")
    first, second = _power(STRIKE + LEVEL, 1), _power(LEVEL, 2)
    state = {
        prices[0]: Process(sympy.Integer(0), {"W": SIZES[0] * first}),
        prices[1]: Process(
            sympy.Integer(0),
            {"W": SIZES[1] * second * RHO, "Z": SIZES[1] * second * sympy.sqrt(1 - RHO**2)},
        ),
    }
    spread = differential(prices[0] - prices[1], state)
    return sympy.expand(bracket(spread, spread))


def _growth_over_density() -> Any:
    """Differentiate Bachelier's price in maturity and divide by the density at the strike."""
    s, t = sympy.symbols("s T", positive=True)
    sigma = sympy.Symbol("sigma", positive=True)
    width = sigma * sympy.sqrt(t)
    d = (s - STRIKE) / width
    density = sympy.exp(-(d**2) / 2) / sympy.sqrt(2 * sympy.pi)
    price = (s - STRIKE) * (1 + sympy.erf(d / sympy.sqrt(2))) / 2 + width * density
    ratio = sympy.simplify(sympy.diff(price, t) / (density / width))
    return ratio.subs(sigma, VOLATILITY)


def _leading_smile() -> Any:
    """Expand the implied normal volatility of ``dx = (1 + c x) dW`` at small maturities.

    There the distance ``int dx / (1 + c x) = log(1 + c h) / c`` is h over the implied volatility.
    """
    c, h = sympy.symbols("c h")
    return sympy.series(c * h / sympy.log(1 + c * h), h, 0, 3).removeO()


def _power_mean(exponent: Any) -> Any:
    """Expand the mean of a power of the local volatility between spot and strike."""
    c, h, x = sympy.symbols("c h x")
    p = sympy.sympify(exponent)
    local = sympy.series((1 + c * x) ** p, x, 0, 3).removeO()
    mean = sympy.expand(sympy.integrate(local, (x, 0, h)) / h)
    return sympy.series(sympy.exp(sympy.log(mean) / p), h, 0, 3).removeO()


_VARIANCE = (
    "alpha_1**2*P(K + b, 1)**2 + alpha_2**2*P(b, 2)**2 - 2*rho*alpha_1*alpha_2*P(K + b, 1)*P(b, 2)"
)
_DERIVED: Derivations = {
    "A011": (lambda: _variance() / 2, f"({_VARIANCE})/2"),
    "A012": (_variance, _VARIANCE),
    "A013": (_growth_over_density, "sigma**2/2"),
}


@check(*_DERIVED)
def spread_at_its_strike(claim: Claim, context: Context) -> Certificate:
    """Take the bracket of the spread, or the growth of a Gaussian spread's price."""
    return against_derived(
        claim,
        context,
        _DERIVED,
        NAMES,
        otherwise="half the variance rate of the spread where it is the strike",
        reading="volatility functions as letters: the formula has to hold for all exponents",
    )


@check("A014")
def mean_of_local_volatility(claim: Claim, context: Context) -> Certificate:
    """Expand a power mean of the local volatility and the leading implied one to second order."""
    leading = sympy.expand(_leading_smile())
    return against_derivation(
        claim,
        context,
        sympy.expand(_power_mean(claim.data["power_of_the_mean"])),
        leading,
        leading,
        otherwise="the power -1, that of the harmonic mean",
        reading="at small maturities, where the source uses it; later terms grow with maturity",
    )
