"""Statements that read the correlation of two assets off claims on each of them alone.

None of these claims moves with the correlation (C014), so whatever is computed from them is the
same random variable at every correlation. An estimate within e of the truth at one correlation and
within e' of it at another then needs ``e + e'`` to be at least their distance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sympy

from proofs_check.certificate import Certificate, decide
from proofs_check.drivers import derivatives, own_covariances_agree
from proofs_check.exact import Statement, Tree, identity, inequality, tree
from proofs_check.formulas import formula
from proofs_check.ledger import Claim
from proofs_check.registry import Context, check

NO_OTHERWISE = "drivers of one asset whose own covariance moves with the correlation, as factors do"


def _against(
    claim: Claim,
    context: Context,
    further: Sequence[Statement],
    reading: str,
    evidence: Mapping[str, Any] | None = None,
) -> Certificate:
    """Refute where no covariance of an asset's own drivers moves and all `further` hold."""
    own = own_covariances_agree(claim)
    still = {item["name"]: True for item in own}
    needed = {item["name"]: True for item in further}
    return decide(
        claim,
        context.profile,
        "symbolic",
        [*own, *further],
        [
            ("refuted", {**still, **needed}),
            *(("verified", {**needed, name: False}) for name in still),
        ],
        evidence={**derivatives(claim), **(evidence or {})},
        otherwise=NO_OTHERWISE,
        reading=reading,
    )


def _two_truths(claim: Claim, error: Tree) -> Statement:
    first, second = (["datum", "correlations", place] for place in range(2))
    distance: Tree = ["abs", ["sub", first, second]]
    name = "twice the error claimed is less than the distance of two correlations"
    return inequality(name, ["mul", "2", error], "<", distance)


@check("C018")
def price_moves_with_the_functional(claim: Claim, context: Context) -> Certificate:
    """Find the derivative of a price zero where the functional is positive."""
    functional = tree(
        "T**(2*a+2)/(2*a+1) + T**(2*b+2)/(2*b+1) - 2*T**(a+b+2)/((a+b+1)*(a+b+2))",
        {"T": ["datum", "maturity"], "a": ["datum", "hurst", 0], "b": ["datum", "hurst", 1]},
    )
    return _against(
        claim,
        context,
        [inequality("functional is positive", functional, ">", "0")],
        "proportional with a factor that is not zero, as the information built on it supposes",
    )


@check("C020")
def strikes_that_suffice(claim: Claim, context: Context) -> Certificate:
    """Count strikes and parameters; the rank for correlations is zero at any count."""
    names: dict[str, Tree] = {"N": ["datum", "assets"], "m": ["datum", "strikes"]}
    enough = tree("N*m - N*(N-1)/2 - 5*N", names)
    return _against(
        claim,
        context,
        [inequality("as many strikes as the count asks for", enough, ">=", "0")],
        "the count is right as arithmetic; rows without a correlation in them add no rank",
    )


@check("C085")
def distinct_roughness_identifies(claim: Claim, context: Context) -> Certificate:
    """Find the information zero at distinct Hurst exponents."""
    gap: Tree = ["sub", ["datum", "hurst", 0], ["datum", "hurst", 1]]
    return _against(
        claim,
        context,
        [inequality("Hurst exponents are distinct", ["abs", gap], ">", "0")],
        "local identification from whole surfaces without noise fails; with the proviso that the"
        " information be regular the theorem speaks of no model at all",
        {"information": "0"},
    )


@check("C010")
def determinant_of_the_information(claim: Claim, context: Context) -> Certificate:
    """Find the determinant zero where the product of squared gaps is positive."""
    hurst: list[Tree] = [["datum", "hurst", place] for place in range(len(claim.data["hurst"]))]
    gaps: list[Tree] = [
        ["pow", ["sub", one, other], "2"] for i, one in enumerate(hurst) for other in hurst[:i]
    ]
    return _against(
        claim,
        context,
        [inequality("product of the squared gaps is positive", ["mul", *gaps], ">", "0")],
        "any constant c > 0, one that depends on all other parameters included",
        {"determinant": "0"},
    )


@check("C042")
def experiment_recovers_correlations(claim: Claim, context: Context) -> Certificate:
    """Hold the printed error against two truths that give the same quotes."""
    return _against(
        claim,
        context,
        [_two_truths(claim, ["datum", "error"])],
        "a property of the method, so at whichever correlation the experiment is made: estimates"
        " near one set of truths, from no more than single assets, are far from another",
    )


@check("C067")
def table_recovers_correlations(claim: Claim, context: Context) -> Certificate:
    """Hold the widest printed interval against two truths that give the same quotes."""
    rows = claim.tables["estimates"].rows
    widths: list[Tree] = [["cell", "estimates", row, "half_width"] for row in range(len(rows))]
    above = sum(float(row["estimate"]) > float(row["historical"]) for row in rows)
    return _against(
        claim,
        context,
        [_two_truths(claim, ["max", *widths])],
        "the intervals as half widths at any level above one half; with calibrated marginals the"
        " estimator printed returns the historical value (C088), which no row has",
        {"estimates_above_the_historical_value": above, "rows": len(rows)},
    )


@check("C112")
def random_pairs_recovered(claim: Claim, context: Context) -> Certificate:
    """Bound the chance that estimates blind to the truth all come within the greatest error.

    A truth uniform on a range of width w, independent of the estimate, is within e of it with
    probability at most 2 e / w.
    """
    names: dict[str, Tree] = {
        "e": ["datum", "greatest"],
        "low": ["datum", "range", 0],
        "high": ["datum", "range", 1],
        "n": ["datum", "pairs"],
        "level": ["datum", "level"],
    }
    chance = tree("(2*e/(high-low))**n", names)
    return _against(
        claim,
        context,
        [inequality("chance below the level", chance, "<", names["level"])],
        "truths drawn evenly from the range printed; the test can be passed only if the truth"
        " reaches the estimator another way, as through the historical value",
    )


@check("C130")
def error_falls_with_the_strikes(claim: Claim, context: Context) -> Certificate:
    """Scale the printed error with the number of strikes, and hold it against two truths."""
    names: dict[str, Tree] = {
        "e": ["datum", "error"],
        "n": ["datum", "strikes", 0],
        "m": ["datum", "strikes", 1],
    }
    return _against(
        claim,
        context,
        [
            _two_truths(claim, ["datum", "error"]),
            _two_truths_at(claim, tree("e*sqrt(n/m)", names)),
        ],
        "any constant before the root: the error does not fall with the strikes at all",
    )


def _two_truths_at(claim: Claim, error: Tree) -> Statement:
    return {**_two_truths(claim, error), "name": "and so it is at the larger number of strikes"}


@check("C142")
def residual_determines_correlation(claim: Claim, context: Context) -> Certificate:
    """Expand the residual of paths simulated at a correlation: Ito's rate less the one claimed.

    x and y are the volatilities of both prices; r is a rate seen in joint data.
    """
    x, y, rho = sympy.symbols("x y rho")
    loadings = sympy.Matrix([[x, 0], [y * rho, y * sympy.sqrt(1 - rho**2)]])
    simulated = sympy.expand((loadings * loadings.T)[0, 1])
    residual = formula(claim.data["residual"], covariation=simulated, x=x, y=y, rho=rho)
    residual = sympy.expand(residual)
    names: dict[str, Tree] = {name: ["variable", name] for name in ("x", "y", "rho", "r")}
    zero = identity(
        "residual is zero at every correlation",
        tree(claim.data["residual"], {**names, "covariation": tree(str(simulated), names)}),
        "0",
        dict.fromkeys(names, 1),
    )
    slope: Tree = tree(str(sympy.diff(residual, rho)), {"x": "1/5", "y": "1/4", "r": "1/2"})
    moves = inequality("residual moves with the correlation", ["abs", slope], ">", "0")
    return decide(
        claim,
        context.profile,
        "symbolic",
        [zero, moves],
        [
            ("refuted", {zero["name"]: True, moves["name"]: False}),
            ("verified", {zero["name"]: False, moves["name"]: True}),
        ],
        evidence={"residual": str(residual), "simulated_rate": str(simulated)},
        otherwise="a covariation taken from joint data instead of from paths of the model",
        reading="expectations taken exactly, without simulation error, which alone would then"
        " decide the solver's answer",
    )
