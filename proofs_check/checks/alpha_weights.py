"""Weights of the calibration's objective, and what the printed example puts in their place.

Where a price loads on drivers by x and its variance by y and z (on drivers of its own), ``CoVar^2 =
(sum x y)^2 <= sum x^2 (sum y^2 + sum z^2) = Var VarVar`` by Lagrange's identity.
"""

from __future__ import annotations

from itertools import combinations

import sympy

from proofs_check.agreement import same
from proofs_check.alpha_model import FACTORS
from proofs_check.certificate import Certificate, decide, scope_of
from proofs_check.exact import Tree, inequality
from proofs_check.ledger import Claim
from proofs_check.registry import Context, check


@check("A100", "A101")
def smaller_of_two_weights(claim: Claim, context: Context) -> Certificate:
    """Ask whether both branches of the minimum are ever taken."""
    x, y, z = (sympy.symbols(f"{name}_1:{FACTORS + 1}") for name in "xyz")
    var, extra = (sum(a**2 for a in letters) for letters in (x, z))
    covar = sum(a * b for a, b in zip(x, y, strict=True))
    excess = var * (sum(b**2 for b in y) + extra) - covar**2
    places = combinations(range(FACTORS), 2)
    squares = sum((x[i] * y[j] - x[j] * y[i]) ** 2 for i, j in places) + var * extra
    statements = [
        same("Var VarVar less CoVar^2 is a sum of squares", excess, squares, scope_of(claim)),
        inequality("the first weight can be the smaller", ["datum", "factor"], ">", "1"),
        inequality("and can with the inverse factor", ["div", "1", ["datum", "factor"]], ">", "1"),
    ]
    bound, both, repaired = (item["name"] for item in statements)
    return decide(
        claim,
        context.profile,
        "symbolic",
        statements,
        [
            ("verified", {bound: True, both: True}),
            ("corrected", {bound: True, both: False, repaired: True}),
        ],
        evidence={"repaired": "Min{1/CoVar^2, 1/(0.01 Var VarVar)}"},
        otherwise="a second weight above the least that the first can be, 1/(Var VarVar)",
        reading="1/CoVar^2 is at least 1/(Var VarVar) for any observables, so a factor of one at"
        " most makes"
        " the minimum the second weight always",
    )


def _cell(claim: Claim, table: str, name: str) -> Tree:
    names = [row["name"] for row in claim.tables[table].rows]
    return ["cell", table, names.index(name), "value"]


@check("A102")
def printed_weights_of_underlyings(claim: Claim, context: Context) -> Certificate:
    """Hold CoVar's printed weight against the cap that those of Var and VarVar give."""
    var, varvar, covar = (_cell(claim, "parameters", f"{x}VU1") for x in ("", "Var", "Cov"))
    factor: Tree = ["datum", "factor"]
    product: Tree = ["mul", var, varvar]

    def below(name: str, scale: Tree) -> dict[str, object]:
        return inequality(name, ["pow", covar, "2"], "<=", ["mul", ["pow", scale, "2"], product])

    statements = [
        below("within the cap", factor),
        below("within the inverse cap", ["div", "1", factor]),
        inequality("at least what Cauchy and Schwarz allow", ["pow", covar, "2"], ">=", product),
    ]
    capped, inverse, schwarz = (item["name"] for item in statements)
    return decide(
        claim,
        context.profile,
        "reading",
        statements,
        [
            ("verified", {capped: True, schwarz: True}),
            ("corrected", {capped: False, inverse: True, schwarz: True}),
        ],
        evidence={"repaired": "Min{1/CoVar^2, 1/(0.01 Var VarVar)}, its first branch in Figure 13"},
        otherwise="a weight of at most the factor over the root of the product of inverse weights",
        reading="weights of Var and VarVar as inverse squares, (147) and (149)",
    )


@check("A103")
def printed_weights_of_spreads(claim: Claim, context: Context) -> Certificate:
    """Weigh a spread's printed weight by the squared variance: by (150) the product is one."""
    statements = []
    for name in claim.data["spreads"]:
        weight, variance = _cell(claim, "parameters", name), _cell(claim, "observables", name)
        size: Tree = ["mul", weight, variance, variance]
        statements.append(inequality(f"{name} of the stated size", size, ">=", ["datum", "least"]))
    names = [item["name"] for item in statements]
    return decide(
        claim,
        context.profile,
        "reading",
        statements,
        [("verified", dict.fromkeys(names, True)), ("inconsistent", {names[0]: False})],
        evidence={"spreads": list(claim.data["spreads"])},
        otherwise="weights within a factor of a hundred of the inverse squares",
        reading="spread variances at the optimum instead of the quotes': a fit would have them"
        " near; the"
        " printed weights leave the spreads without a say",
    )
