"""Digital options on a spread that pay one of its assets, and their fit without arbitrage.

All that is compared is linear in the joint law of both prices, so one atom on each side of every
strike proves it for all laws. ``dH21(k)`` is the derivative, in its own strike, of the expected
call on S2 - S1 under the measure of S2, ``dH12(k)`` that of S1 - S2 under the measure of S1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy

from proofs_check.agreement import against_derivation, same
from proofs_check.alpha_model import read
from proofs_check.certificate import Certificate, Rule, decide, scope_of
from proofs_check.checks.alpha_observables import single
from proofs_check.exact import Tree, inequality
from proofs_check.ito import Process, bracket
from proofs_check.ledger import Claim
from proofs_check.missing import decide_if_given
from proofs_check.registry import Context, check

ONE, TWO, STRIKE = sympy.symbols("S_1 S_2 K")
# Where S2 - S1 lies: above K, between -K and K, below -K, for K > 0.
REGIONS = {"exercised": (1, 0, 0), "between": (0, 1, 0), "opposite": (0, 1, 1)}


def _names(exercised: int, above_minus: int, above_plus: int) -> Mapping[str, Any]:
    """Return the prices of options and their derivatives where the law is one atom."""

    def own_21(strike: Any) -> Any:
        return -sympy.Integer(exercised if strike == STRIKE else 1 - above_plus)

    def own_12(strike: Any) -> Any:
        return -sympy.Integer(above_plus if strike == STRIKE else above_minus)

    return {
        "S1": ONE,
        "S2": TWO,
        "K": STRIKE,
        "spread": exercised * (TWO - ONE - STRIKE),
        "dspread": -sympy.Integer(exercised),
        "opt1": exercised * ONE,
        "opt2": exercised * TWO,
        "optD": sympy.Integer(exercised),
        "dH21": own_21,
        "dH12": own_12,
    }


_REPAIRED = {
    "A123": "opt2 + S2*dH21(K)",
    "A126": "opt1 - S1 - S1*dH12(-K)",
    "A129": "opt2 - opt1 - K*optD - spread",
    "A130": "-S2*dH21(K) - S1*(1 + dH12(-K)) - spread + K*dspread",
    "A131": "spread - K*dspread + S2*dH21(K) + S1*(1 + dH12(-K))",
    "A132": "spread - opt2 + opt1 + K*optD",
}


@check(*_REPAIRED)
def relation_of_prices(claim: Claim, context: Context) -> Certificate:
    """Evaluate what has to vanish at an atom on each side of the strikes."""
    scope, statements = scope_of(claim), []
    forms = {"as printed": claim.data["vanishes"], "as repaired": _REPAIRED[claim.id]}
    for form, text in forms.items():
        for region, sides in REGIONS.items():
            value = sympy.sympify(read(text, **_names(*sides)))
            statements.append(same(f"{form}, {region}", value, sympy.Integer(0), scope))
    names = [item["name"] for item in statements]
    printed, repaired = names[: len(REGIONS)], names[len(REGIONS) :]
    rules: list[Rule] = [("verified", dict.fromkeys(names, True))]
    rules += [("corrected", {name: False, **dict.fromkeys(repaired, True)}) for name in printed]
    return decide(
        claim,
        context.profile,
        "symbolic",
        statements,
        rules,
        evidence={"repaired": f"{_REPAIRED[claim.id]} = 0"},
        otherwise="a relation that holds for prices on every side of the strikes",
        reading="prices that meet a strike exactly aside; the options priced exactly, by any model",
    )


MATURITY, VOL_OF_VOL, CORRELATION, LEVEL = sympy.symbols("T nu rho V")
LAW: Mapping[str, Any] = {str(x): x for x in (MATURITY, VOL_OF_VOL, CORRELATION, LEVEL)}


def _log_moment(loadings: Any, quadratic: Any) -> Any:
    """Expand the log of a mixed moment to the second order of maturity, by Riccati's equation.

    With the factor at its long-run level V it grows at ``V (q + a^2/2 + rho nu a D + nu^2 D^2 /
    2)``.
    """
    first = quadratic + loadings**2 / 2
    rate = first + CORRELATION * VOL_OF_VOL * loadings * first * MATURITY
    return sympy.expand(LEVEL * sympy.integrate(rate, MATURITY))


@check("A124", "A125")
def forward_under_a_price(claim: Claim, context: Context) -> Certificate:
    """Compare a mixed moment, to second order in maturity, with that of lognormal prices."""
    loads = sympy.symbols("alpha_1 alpha_2")
    powers = [sympy.Integer(x) for x in claim.data["powers"]]
    total = sum(p * a for p, a in zip(powers, loads, strict=True))
    quadratic = -sum(p * a**2 for p, a in zip(powers, loads, strict=True)) / 2
    derived = _log_moment(total, quadratic)
    return against_derivation(
        claim,
        context,
        read(claim.data["log_moment"], **LAW),
        derived,
        derived,
        charitable={VOL_OF_VOL: 0},
        otherwise="a moment whose log has no term in the squared maturity",
        reading="exact where the vols of vol are zero, as it is for the tangent bilognormal"
        " model; to second"
        " order in maturity otherwise, with factors at their level; the exact forward is"
        " E[S2^2]/S2 - E[S1 S2]/S2 from the characteristic function",
    )


@check("A127")
def measure_of_the_forward(claim: Claim, context: Context) -> Certificate:
    """Take the forward of S1 - S2 under the measure of each asset."""
    square_1, square_2, mixed = sympy.symbols("m_11 m_22 m_12")
    forwards = {"1": (square_1 - mixed) / ONE, "2": (mixed - square_2) / TWO}
    return against_derivation(
        claim,
        context,
        forwards[claim.data["measure"]],
        (square_1 - mixed) / ONE,
        forwards["1"],
        otherwise="the measure under which the printed forward is the expectation",
        reading="moments in place of exponentials; under the other measure the forward is that"
        " of S2 - S1"
        " with its sign changed",
    )


@check("A128")
def opposite_spread(claim: Claim, context: Context) -> Certificate:
    """Change the sign of a normal Heston price and take its correlation with its variance."""
    price, variance, _ = single()
    turned = Process(-price.drift, {driver: -x for driver, x in price.noise.items()})
    ratio = sympy.simplify(bracket(turned, variance) / bracket(price, variance))
    rho = sympy.Symbol("rho")
    kept = same(
        "the variance is the same", bracket(turned, turned), bracket(price, price), scope_of(claim)
    )
    return against_derivation(
        claim,
        context,
        read(claim.data["correlation"], rho=rho),
        ratio * rho,
        -rho,
        also=[kept],
        otherwise="a correlation that keeps its sign",
        reading="one measure for both spreads",
    )


@check("A133")
def arbitrage_is_small(claim: Claim, context: Context) -> Certificate:
    """Hold the largest residual against the prices, once both are given."""

    def deciding() -> dict[str, Any]:
        share: Tree = ["div", ["datum", "largest_residual"], ["datum", "smallest_price"]]
        return inequality("residual below a hundredth of the price", share, "<=", "0.01")

    return decide_if_given(
        claim,
        context,
        ["largest_residual", "smallest_price"],
        deciding,
        against="refuted",
        otherwise="residuals of the fit and the prices they belong to",
        reading="the text has pictures without scales, and neither the speed of reversion nor"
        " the numbers",
    )
