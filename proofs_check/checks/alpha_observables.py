"""Variance, covariance with the price and variance of variance of assets and spreads, by Ito.

With ``D_k = alpha_1k S_1 - alpha_2k S_2`` and ``G_k = sum_m D_m V_m (S_1 alpha_1k alpha_1m - S_2
alpha_2k alpha_2m)`` the spread has ``Var = sum V D^2``, ``CoVar = sum V D (nu rho D^2 + 2 G)``
and ``VarVar = sum V [(nu rho D^2 + 2 G)^2 + nu^2 D^4 (1 - rho^2)]``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import sympy

from proofs_check.agreement import against_derivation
from proofs_check.alpha_model import FACTORS, read, state_of, symbol
from proofs_check.certificate import Certificate
from proofs_check.chaos import AlphaModel
from proofs_check.ito import Process, bracket, differential
from proofs_check.ledger import Claim
from proofs_check.registry import Context, check

D = "(alpha[1,{0}]*S[1] - alpha[2,{0}]*S[2])"
DK = D.format("k")
_PAIR = "(S[1]*alpha[1,k]*alpha[1,m] - S[2]*alpha[2,k]*alpha[2,m])"
GK = f"Sum({D.format('m')}*V[m]*{_PAIR}, (m, 1, n))"
AT_ONE = {symbol("V", k): 1 for k in range(1, FACTORS + 1)}


@cache
def single() -> tuple[Process, Process, Process]:
    """Return the normal asset of one factor, its variance rate, and its factor."""
    state = state_of(AlphaModel(1, 1, normal=True))
    price, factor = state[symbol("S", 1)], state[symbol("V", 1)]
    return price, differential(bracket(price, price), state), factor


@cache
def spread(*, frozen: bool = False) -> tuple[Process, Process]:
    """Return the spread of two lognormal assets and its variance rate; factors may be frozen."""
    state = state_of(AlphaModel(2, FACTORS))
    if frozen:
        state = {x: process for x, process in state.items() if not str(x).startswith("V")}
    price = differential(symbol("S", 1) - symbol("S", 2), state)
    return price, differential(bracket(price, price), state)


def _loaded(process: Process, letter: str) -> Any:
    """Write the noise on one kind of driver as a formula in the drivers' increments."""
    return sum(
        loading * symbol(driver[0], int(driver[1:]))
        for driver, loading in process.noise.items()
        if driver[0] in letter
    )


def _only(process: Process, text: str) -> Any:
    """Take out the vols of vol, or keep them alone."""
    sizes = {symbol("nu", k): 0 for k in range(1, FACTORS + 1)}
    whole = _loaded(process, "WB")
    still = whole.subs(sizes)
    return still if text == "prices" else whole - still


# What each claim's formula stands for: the derivation, and the form that replaces it.
_DERIVED: Mapping[str, tuple[Callable[[], Any], str]] = {
    "A061": (
        lambda: _loaded(single()[2], "WB"),
        "nu[1]*sqrt(V[1])*(rho[1]*W[1] + sqrt(1 - rho[1]**2)*B[1])",
    ),
    "A062": (lambda: bracket(single()[0], single()[0]), "alpha[1,1]**2*V[1]"),
    "A063": (
        lambda: _loaded(single()[1], "WB"),
        "alpha[1,1]**2*nu[1]*sqrt(V[1])*(rho[1]*W[1] + sqrt(1 - rho[1]**2)*B[1])",
    ),
    "A064": (lambda: bracket(single()[1], single()[1]), "alpha[1,1]**4*nu[1]**2*V[1]"),
    "A065": (lambda: bracket(single()[1], single()[0]), "alpha[1,1]**3*nu[1]*rho[1]*V[1]"),
    "A066": (lambda: bracket(single()[0], single()[0]), "alpha[1,1]**2*V[1]"),
    "A067": (lambda: bracket(spread()[0], spread()[0]), f"Sum({DK}**2*V[k], (k, 1, n))"),
    "A068": (
        lambda: _only(spread()[1], "prices"),
        f"2*Sum({DK}*V[k]*Sum((S[1]*alpha[1,k]*alpha[1,m] -"
        f" S[2]*alpha[2,k]*alpha[2,m])*sqrt(V[m])*W[m],"
        " (m, 1, n)), (k, 1, n))",
    ),
    "A069": (
        lambda: _only(spread()[1], "factors"),
        f"Sum({DK}**2*nu[k]*sqrt(V[k])*(rho[k]*W[k] + sqrt(1 - rho[k]**2)*B[k]), (k, 1, n))",
    ),
    "A072": (
        lambda: _loaded(spread()[1], "W"),
        f"Sum((nu[k]*{DK}**2*rho[k] + 2*{GK})*sqrt(V[k])*W[k], (k, 1, n))",
    ),
    "A073": (
        lambda: _loaded(spread()[1], "B"),
        f"Sum(nu[k]*{DK}**2*sqrt(V[k])*sqrt(1 - rho[k]**2)*B[k], (k, 1, n))",
    ),
    "A074": (lambda: _loaded(spread()[0], "WB"), f"Sum({DK}*sqrt(V[k])*W[k], (k, 1, n))"),
    "A075": (
        lambda: bracket(spread()[1], spread()[1]),
        f"Sum(V[k]*((nu[k]*rho[k]*{DK}**2 + 2*{GK})**2 + nu[k]**2*{DK}**4*(1 - rho[k]**2)), (k,"
        f" 1, n))",
    ),
    "A076": (
        lambda: bracket(spread()[1], spread()[0]),
        f"Sum(V[k]*{DK}*(nu[k]*rho[k]*{DK}**2 + 2*{GK}), (k, 1, n))",
    ),
    "A077": (lambda: bracket(spread()[0], spread()[0]), f"Sum({DK}**2*V[k], (k, 1, n))"),
    "A078": (
        lambda: bracket(spread(frozen=True)[1], spread(frozen=True)[1]),
        f"4*Sum(V[k]*{GK}**2, (k, 1, n))",
    ),
    "A079": (
        lambda: bracket(spread(frozen=True)[1], spread(frozen=True)[0]),
        f"2*Sum(V[k]*{DK}*{GK}, (k, 1, n))",
    ),
    "A080": (
        lambda: bracket(spread(frozen=True)[0], spread(frozen=True)[0]),
        f"Sum({DK}**2*V[k], (k, 1, n))",
    ),
}
_DERIVED = {
    **_DERIVED,
    # The same differentials, written once more by the source.
    "A070": _DERIVED["A069"],
    "A071": _DERIVED["A068"],
}


@check(*_DERIVED)
def observable(claim: Claim, context: Context) -> Certificate:
    """Differentiate the variance rate by Ito and take its brackets."""
    derive, repaired = _DERIVED[claim.id]
    return against_derivation(
        claim,
        context,
        read(claim.data["formula"]),
        derive(),
        read(repaired),
        charitable=AT_ONE,
        otherwise="a formula equal to Ito's for all prices, loadings, factors and correlations",
        reading="three factors stand for all: no monomial names more; the statement at factors"
        " of one"
        " says whether the formula holds where they start, as the source normalises them, for its"
        " residual factors start elsewhere",
    )


@check("A029")
def order_of_the_correlation(claim: Claim, context: Context) -> Certificate:
    """Find the lowest order of an expansion at which the correlations of the factors come in."""
    state = state_of(AlphaModel(2, FACTORS))
    correlations = [symbol("rho", k) for k in range(1, FACTORS + 1)]
    price, variance = spread()
    orders = []
    for process in (price, variance):
        first = any(
            sympy.diff(loading, x) != 0 for loading in process.noise.values() for x in correlations
        )
        inner = any(
            sympy.diff(part, x) != 0
            for loading in process.noise.values()
            for part in differential(loading, state).noise.values()
            for x in correlations
        )
        orders.append(1 if first else 2 if inner else 3)
    names = ("order_in_the_spread", "order_in_its_variance")
    printed = sum(
        sympy.Integer(claim.data[name]) * sympy.Symbol(f"x{place}")
        for place, name in enumerate(names)
    )
    derived = sum(order * sympy.Symbol(f"x{place}") for place, order in enumerate(orders))
    return against_derivation(
        claim,
        context,
        printed,
        derived,
        derived,
        otherwise="a correlation in the spread's first-order term, or none in its variance's",
        reading="orders in the roots of time, of the Brownian motions that the factors share",
    )
