"""Widths of bounds: how they move with the maturity, and what is printed about them."""

from __future__ import annotations

import math
from functools import cache

from proofs_check.certificate import Certificate, all_or_none, decide, scope_of
from proofs_check.exact import Statement, Tree, inequality, present, tree
from proofs_check.formulas import formula
from proofs_check.laws import MODELS
from proofs_check.ledger import Claim
from proofs_check.numeric import floating
from proofs_check.registry import Context, check
from rmot.payoffs import call
from rmot.transport import KullbackLeibler, price_bounds

_MATURITIES = {"quick": (1 / 12, 1 / 48), "full": (1 / 12, 1 / 48, 1 / 192)}


@cache
def _width(maturity: float, strike: float, radius: float, n_points: int) -> tuple[float, float]:
    """Return the width of the bounds on a call around rough Heston's law, and the solver's gap."""
    prior = MODELS["rough Heston"].prior(maturity, n_points=n_points, kinks=[strike])
    found = price_bounds(call(strike), prior, divergence=KullbackLeibler(), radius=radius)
    return found.upper - found.lower, found.gap


@check("C025", "C028")
def width_of_a_ball_in_the_maturity(claim: Claim, context: Context) -> Certificate:
    """Measure the slope of log width in log maturity, the radius held.

    X_T/T^{1/2} tends to a normal variable, so that widths of calls at fixed strike in a ball of
    relative entropy are of order T^{1/2}, as far as the law's own tail lets forward escape.
    """
    exponent = float(formula(claim.data["exponent"], H=formula(claim.data["hurst"])))
    radius = float(formula(claim.data["radius"]))
    maturities = _MATURITIES.get(context.profile, _MATURITIES["full"])
    statements: list[Statement] = []
    evidence: dict[str, list[float]] = {}
    for text in claim.data["strikes"]:
        strike = float(formula(text))
        widths = [_width(maturity, strike, radius, 240) for maturity in maturities]
        nodes = 240 if context.profile == "quick" else 120
        coarse, _ = _width(maturities[-1], strike, radius, nodes)
        (late, _), (early, gap) = widths[-2:]
        slope = math.log(late / early) / math.log(maturities[-2] / maturities[-1])
        error = (abs(coarse - early) + gap) / early / math.log(maturities[-2] / maturities[-1])
        evidence[f"strike {text}"] = [*(width for width, _ in widths), slope, error]
        # The law is normal to relative order T^H; the quick profile has no second resolution.
        tolerance = 0.05 + error
        statements += [
            floating(f"decays with the power claimed, strike {text}", abs(slope - exponent), "<=",
                     tolerance),
            floating(f"decays as fast or faster, strike {text}", slope, ">=", exponent - error),
        ]  # fmt: skip
    wanted = statements[1::2] if claim.data["sense"] == "upper bound" else statements[::2]
    return decide(
        claim,
        context.profile,
        "numeric",
        statements,
        all_or_none(wanted),
        evidence={"maturities": list(maturities), **evidence},
        otherwise="another power of the maturity: the one measured is close to a half",
        reading="a ball of fixed radius around rough Heston; as an upper bound T^{2H} holds, "
        "but it does not follow that widths scale like it, and no power is optimal but a half",
    )


@check("C046")
def printed_theoretical_width(claim: Claim, context: Context) -> Certificate:
    """Evaluate (3.4), where constant and rate are given."""
    there = present("constant and rate of (3.4)", ["constant", "rate"])
    statements, rules = [there], [("untestable", {there["name"]: False})]
    if scope_of(claim).holds(there):
        names: dict[str, Tree] = {key: ["datum", key] for key in claim.data}
        bound = tree(
            "constant * maturity**(2*hurst) * exp(log(moneyness) - rate/(2*maturity**(2*hurst)))",
            names,
        )
        gap: Tree = ["abs", ["sub", bound, ["datum", "printed"]]]
        same = inequality("bound as printed", gap, "<=", ["datum", "half_unit"])
        within = inequality("width within the bound", ["datum", "width"], "<=", bound)
        statements += [same, within]
        rules += all_or_none([same, within])
    return decide(
        claim,
        context.profile,
        "reading",
        statements,
        rules,
        evidence={"missing": [key for key in there["keys"] if key not in claim.data]},
        otherwise="the constant and the rate that were used",
        reading="(3.4) as printed has a zero constant; any other number is met by some constant",
    )


@check("C049")
def scaling_of_widths_on_data(claim: Claim, context: Context) -> Certificate:
    """Take the slope of the widths between two maturities, where two are given."""
    there = present("widths at two maturities", ["maturities", "widths"])
    statements, rules = [there], [("untestable", {there["name"]: False})]
    if scope_of(claim).holds(there):
        names: dict[str, Tree] = {
            f"{key[0]}{place}": ["datum", key, place]
            for key in ("maturities", "widths")
            for place in range(2)
        }
        slope = tree("log(w1/w0)/log(m1/m0)", names)
        gap: Tree = ["abs", ["sub", slope, ["datum", "exponent"]]]
        same = inequality("slope as claimed", gap, "<=", "1/200")
        statements.append(same)
        rules += [("verified", {same["name"]: True}), ("refuted", {same["name"]: False})]
    return decide(
        claim,
        context.profile,
        "reading",
        statements,
        rules,
        evidence={"missing": [key for key in there["keys"] if key not in claim.data]},
        otherwise="widths at a second maturity",
        reading="a slope in the maturity needs two maturities; the section has one month alone",
    )


@check("C082")
def printed_bounds_follow_the_formula(claim: Claim, context: Context) -> Certificate:
    """Hold the column against (7): log b = A - (I/2) T^{-2H} is concave in log T for all A, I, H.

    d log b/d log T = I H T^{-2H} falls as T grows; rounding is allowed for in the formula's favour.
    """
    rows = claim.tables["errors"].rows
    cells: dict[str, Tree] = {
        f"{key[0]}{index}": ["cell", "errors", index, key]
        for index in (0, 1, len(rows) - 2, len(rows) - 1)
        for key in ("days", "bound")
    }
    cells["h"] = ["datum", "half_unit"]
    second, last = len(rows) - 2, len(rows) - 1
    early = tree("log((b1+h)/(b0-h))/log(d1/d0)", cells)
    late = tree(f"log((b{last}-h)/(b{second}+h))/log(d{last}/d{second})", cells)
    concave = inequality("slope in log T does not grow", early, ">=", late)
    scope = scope_of(claim)
    return decide(
        claim,
        context.profile,
        "reading",
        [concave],
        [("verified", {concave["name"]: True}), ("inconsistent", {concave["name"]: False})],
        evidence={"early": str(scope.number(early)), "late": str(scope.number(late))},
        otherwise="slopes that fall from the shortest maturities to the longest",
        reading="one strike, the remainder neglected, constant, rate and roughness free",
    )


@check("C084")
def two_scalings_of_the_width(claim: Claim, context: Context) -> Certificate:
    """Compare the slopes of both columns with the power of the maturity stated elsewhere."""
    rows = claim.tables["errors"].rows
    last = len(rows) - 1
    statements: list[Statement] = []
    evidence: dict[str, str] = {}
    scope = scope_of(claim)
    for key in ("bound", "error"):
        cells: dict[str, Tree] = {
            f"{name[0]}{place}": ["cell", "errors", index, name]
            for place, index in (("0", 0), ("1", last))
            for name in ("days", key)
        }
        slope = tree(f"log({key[0]}1/{key[0]}0)/log(d1/d0)", cells)
        gap: Tree = ["abs", ["sub", slope, ["datum", "exponent"]]]
        statements.append(inequality(f"slope of the {key}", gap, "<=", ["datum", "tolerance"]))
        evidence[key] = str(scope.number(slope))
    whole = {item["name"]: True for item in statements}
    return decide(
        claim,
        context.profile,
        "reading",
        statements,
        [("verified", whole), *(("inconsistent", {name: False}) for name in whole)],
        evidence=evidence,
        otherwise="columns that grow by a factor of two from one week to six months",
        reading="(9) is (7) times T^{2H}, so that widths of baskets would be steeper still",
    )


@check("C108")
def spread_without_a_model(claim: Claim, context: Context) -> Certificate:
    """Hold the spread printed against the one stated elsewhere."""
    same = inequality("spreads agree", ["datum", "spread"], "==", ["datum", "elsewhere"])
    return decide(
        claim,
        context.profile,
        "reading",
        [same],
        [("verified", {same["name"]: True}), ("inconsistent", {same["name"]: False})],
        evidence={"printed": claim.data["spread"], "elsewhere": claim.data["elsewhere"]},
        otherwise="a finite spread in both places, or in none",
        reading="a spread of one hundred per cent of anything finite is finite; that no bound is "
        "infinite is another claim, refuted by the forwards alone",
    )


@check("C109")
def wider_or_narrower(claim: Claim, context: Context) -> Certificate:
    """Compare the order of the two widths in one paper with that in the other."""
    rows = claim.tables["widths"].rows
    here = inequality("wider in one paper", ["datum", "regularised"], ">", ["datum", "black"])
    there = [
        inequality(
            f"wider in the other at moneyness {row['moneyness']}",
            ["cell", "widths", index, "width"],
            ">",
            ["cell", "widths", index, "black_scholes_width"],
        )
        for index, row in enumerate(rows)
    ]
    names = [item["name"] for item in there]
    return decide(
        claim,
        context.profile,
        "reading",
        [here, *there],
        [
            ("verified", {here["name"]: True, **dict.fromkeys(names, True)}),
            ("verified", {here["name"]: False, **dict.fromkeys(names, False)}),
            *(("inconsistent", {here["name"]: False, name: True}) for name in names),
            *(("inconsistent", {here["name"]: True, name: False}) for name in names),
        ],
        evidence={"regularised": claim.data["regularised"], "black": claim.data["black"]},
        otherwise="the same order in both papers",
        reading="two indices in both; the wider of the two is called too narrow where it stands",
    )
