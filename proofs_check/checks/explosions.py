"""Critical moments of rough Heston, enclosed by proofs that the Riccati equation explodes or not.

E S_T^p is finite exactly as long as ``D^alpha h = c0(p) + c1(p) h + nu^2 h^2/2`` has a solution on
[0, T], and the p of finite moments are an interval: S. Gerhold, C. Gerstenecker and A. Pinter,
"Moment explosions in the rough Heston model" (2019). One p with a solution and one without enclose
the critical moment. `proofs_check.riccati_balls` has both proofs.
"""

from __future__ import annotations

from fractions import Fraction

import sympy
from flint import arb

from proofs_check.certificate import Certificate, decide
from proofs_check.exact import Statement, inequality
from proofs_check.formulas import formula
from proofs_check.ledger import Claim
from proofs_check.registry import Context, check
from proofs_check.riccati_balls import Riccati, integral_of_the_weight, least_excess

_DEGREE, _SLACK, _TERMS = 500, 1e-4, 5


def _equation(claim: Claim, power: Fraction) -> Riccati:
    values = {key: Fraction(claim.data[key]) for key in ("hurst", "vol_of_vol", "correlation")}
    reversion = Fraction(claim.data["mean_reversion"])
    source = formula(claim.data["source"], p=sympy.Symbol("p"))
    at = sympy.Rational(power.numerator, power.denominator)
    return Riccati(
        Fraction(str(source.subs("p", at))),
        values["correlation"] * values["vol_of_vol"] * power - reversion,
        values["vol_of_vol"] ** 2 / 2,
        values["hurst"] + Fraction(1, 2),
    )


def _at_least(value: arb) -> str:
    """Round a ball down by about a millionth of itself; zero where it is not finite."""
    if not value.is_finite():
        return "0"
    low = float(value.lower())
    return f"{low - 1e-6 * abs(low):.8e}"


@check("T014", "T015", "T016", "T017")
def critical_moment(claim: Claim, context: Context) -> Certificate:
    """Prove for the two ends of an interval on which side of the critical moment they lie."""
    time, critical = Fraction(claim.data["maturity"]), Fraction(claim.data["critical"])
    width = Fraction(claim.data["relative"])
    ends = {"inner end": critical * (1 - width), "outer end": critical * (1 + width)}
    statements: list[Statement] = []
    for name, power in ends.items():
        equation = _equation(claim, power)
        for label, bound in (
            (f"{name} is finite", least_excess(equation, time, _DEGREE, _SLACK)),
            (f"{name} is infinite", integral_of_the_weight(equation, time, _TERMS)),
        ):
            item = inequality(label, _at_least(bound), ">", "0")
            statements.append({**item, "rests_on": "balls of a polynomial or of a quadrature"})
    return decide(
        claim,
        context.profile,
        "certified",
        statements,
        [
            ("verified", {"inner end is finite": True, "outer end is infinite": True}),
            ("refuted", {"inner end is infinite": True}),
            ("refuted", {"outer end is finite": True}),
        ],
        evidence={
            "ends": [str(power) for power in ends.values()],
            "degree": _DEGREE,
            "terms": _TERMS,
        },
        otherwise="a critical moment outside the interval",
        reading="the parameters of the ledger; the floating solution enters as a guess alone",
        kind="computed",
    )
