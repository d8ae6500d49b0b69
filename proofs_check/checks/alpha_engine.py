"""What alpha models price exactly: the joint characteristic function solves Riccati equations.

``log E exp(i u.X) = sum_k [C_k + D_k V_k]`` with ``a = i sum u_i alpha_i``, ``q = -(i/2) sum u_i
alpha_i^2``, ``D' = q + a^2/2 + (rho nu a - lambda) D + nu^2 D^2/2`` and ``C' = lambda theta D``.
"""

from __future__ import annotations

from typing import Any

import sympy

from proofs_check.agreement import against_derivation, same
from proofs_check.alpha_model import REVERSION, read, state_of, symbol
from proofs_check.certificate import Certificate, decide, scope_of
from proofs_check.chaos import AlphaModel
from proofs_check.exact import inequality
from proofs_check.ito import Process, differential
from proofs_check.ledger import Claim
from proofs_check.registry import Context, check

X_1, X_2, P_1, P_2, D, C, SLOPE, RISE = sympy.symbols("X_1 X_2 p_1 p_2 D C slope rise")
V = symbol("V", 1)
LOADINGS = symbol("alpha", 1, 1), symbol("alpha", 2, 1)


def _drift(*, normal: bool, scale: Any = 1) -> Any:
    """Return the drift of ``exp(p.X + C + D V)`` over itself; arguments p are real or imaginary.

    ``slope`` and ``rise`` are the derivatives of D and C in the time left.
    """
    state = {
        x: Process(
            -(a**2) * V / 2 if not normal else sympy.Integer(0), {"W1": scale * a * sympy.sqrt(V)}
        )
        for x, a in zip((X_1, X_2), LOADINGS, strict=True)
    }
    state[V] = state_of(AlphaModel(1, 1))[V]
    value = sympy.exp(P_1 * X_1 + P_2 * X_2 + C + D * V)
    moved = differential(value, state).drift / value
    return sympy.expand(sympy.powsimp(moved) - RISE - SLOPE * V)


def _riccati(quadratic: Any) -> dict[Any, Any]:
    nu, rho, level = symbol("nu", 1), symbol("rho", 1), symbol("theta", 1)
    a = sum(p * x for p, x in zip((P_1, P_2), LOADINGS, strict=True))
    slope = quadratic + a**2 / 2 + (rho * nu * a - REVERSION) * D + nu**2 * D**2 / 2
    return {SLOPE: slope, RISE: REVERSION * level * D}


@check("A041", "A042")
def priced_without_projection(claim: Claim, context: Context) -> Certificate:
    """Show that the exponential affine function is a martingale, factor by factor.

    A characteristic function gives the price by Fourier's integral, in as many dimensions as
    prices; the claim counts how many of these the price has to do without.
    """
    normal = claim.id == "A042"
    quadratic = -sum(p * a**2 for p, a in zip((P_1, P_2), LOADINGS, strict=True)) / 2
    equations = _riccati(sympy.Integer(0) if normal else quadratic)
    scope = scope_of(claim)
    drift = sympy.expand(_drift(normal=normal).subs(equations))
    martingale = same("the function is a martingale", drift, sympy.Integer(0), scope)
    projections = inequality("projections that pricing needs", "0", "==", ["datum", "projections"])
    return decide(
        claim,
        context.profile,
        "symbolic",
        [martingale, projections],
        [
            ("verified", {martingale["name"]: True, projections["name"]: True}),
            ("refuted", {martingale["name"]: True, projections["name"]: False}),
        ],
        evidence={"equations": {str(x): str(y) for x, y in equations.items()}},
        otherwise="a joint law without a characteristic function in closed form",
        reading="spread options of two prices by an integral in two dimensions, of normal ones"
        " in one, as"
        " the spread is a normal alpha asset itself; the text means the reduction to one"
        " dimension, which"
        " it says cannot be avoided",
    )


@check("A140")
def spread_is_an_alpha_asset(claim: Claim, context: Context) -> Certificate:
    """Subtract two assets: their loadings subtract, times the prices where lognormal."""
    prices = symbol("S", 1), symbol("S", 2)
    scales = prices if claim.data["kind"] == "lognormal" else (sympy.Integer(1), sympy.Integer(1))
    state = {
        x: Process(sympy.Integer(0), {"W1": s * a * sympy.sqrt(V)})
        for x, s, a in zip(prices, scales, LOADINGS, strict=True)
    }
    derived = differential(prices[0] - prices[1], state).noise["W1"] / sympy.sqrt(V)
    repaired = read("alpha[1,1]*S[1] - alpha[2,1]*S[2]")
    if claim.data["kind"] != "lognormal":
        repaired = LOADINGS[0] - LOADINGS[1]
    return against_derivation(
        claim,
        context,
        read(claim.data["loading"]),
        sympy.expand(derived),
        repaired,
        charitable=dict.fromkeys(prices, 1),
        otherwise="a loading that is a number and not a function of the prices",
        reading="frozen at the start, or for normal assets, the loadings are numbers: that is"
        " the model"
        " meant, an approximation otherwise",
    )
