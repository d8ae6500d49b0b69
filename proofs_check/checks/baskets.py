"""Printed prices of basket calls, and how much capital bounds without a model leave to be saved."""

from __future__ import annotations

import math

from proofs_check.certificate import Certificate, decide, scope_of
from proofs_check.exact import Statement, Tree, enclosure, inequality, superhedge, tree
from proofs_check.ledger import Claim
from proofs_check.registry import Context, check

# a little below and above pi, as 1/sqrt(2 pi) is wanted from above and below
_PI_LOW, _PI_HIGH = "333/106", "355/113"


def _names(claim: Claim) -> dict[str, Tree]:
    return {key: ["datum", key] for key in claim.data}


@check("C038")
def relief_against_the_finite_bound(claim: Claim, context: Context) -> Certificate:
    """Charge the classical bounds by the source's own step 5, at each strike of its own table.

    The forwards super-hedge the call, and less its strike they sub-hedge it, whatever the law.
    """
    weights: list[Tree] = [["datum", "weights", place] for place in range(2)]
    forwards: list[Tree] = [["datum", "forwards", place] for place in range(2)]
    cost: Tree = ["add", *(["mul", w, f] for w, f in zip(weights, forwards, strict=True))]
    statements, rules = [], []
    for row, line in enumerate(claim.tables["bounds"].rows):
        strike: Tree = ["cell", "bounds", row, "moneyness"]
        ends: list[Tree] = [["cell", "bounds", row, side] for side in ("lower", "upper")]
        names: dict[str, Tree] = {
            "C": cost,
            "K": strike,
            "m": ["div", ["add", *ends], "2"],
            "charge": ["datum", "charge"],
        }
        label = f"strike {line['moneyness']}"
        hedge = superhedge(
            f"forwards dominate the call, {label}",
            weights,
            ["0", "0"],
            forwards,
            strike,
            scope_of(claim),
        )
        most = tree("max(C-m, m - max(0, C-K)) - charge", names)
        within = inequality(f"relief is possible, {label}", ["datum", "relief"], "<=", most)
        statements += [hedge, within]
        rules.append(("refuted", {hedge["name"]: True, within["name"]: False}))
    rules.append(("verified", {item["name"]: True for item in statements}))
    scope = scope_of(claim)
    return decide(
        claim,
        context.profile,
        "certified",
        statements,
        rules,
        evidence={
            item["name"]: float(scope.number(item["right"]))
            for item in statements
            if item["kind"] == "inequality"
        },
        otherwise="a relief no greater than what the bounds by forwards leave",
        reading="long or short calls at the strikes that the source prices, the method's charge"
        " being right; no option quote is used, which would lower the classical charge further",
    )


@check("C043")
def black_scholes_price_far_out(claim: Claim, context: Context) -> Certificate:
    """Bound the price by moments and from below by a tail, at volatilities up to one stated.

    ``C <= E S^p K^(1-p) (p-1)^(p-1) / p^p`` for p > 1, and a basket's moments are at most the
    greatest of its assets' whatever their correlation. From below ``C >= (L-K) P(S > L)``.
    """
    scope = scope_of(claim)
    names = _names(claim)
    variance = tree("volatility**2*maturity", names)
    order = 1 + round(math.log(float(claim.data["strike"])) / float(scope.number(variance)))
    names |= {
        "v": variance,
        "p": str(order),
        "K": names["strike"],
        "L": tree("strike*21/20", names),
    }
    above = tree("exp(v*p*(p-1)/2)*K**(1-p)*(p-1)**(p-1)/p**p", names)
    names["z"] = tree("(log(L)+v/2)/sqrt(v)", names)
    tail = f"z/(1+z**2)*exp(-(z**2)/2)/sqrt(2*{_PI_HIGH})"
    below = tree(f"(L-K)*({tail})", names)
    statements = [
        inequality("price exceeds the bound by moments", ["datum", "price"], ">", above),
        inequality("price is at most the bound by a tail", ["datum", "price"], "<=", below),
        enclosure("bound by moments", above, scope),
    ]
    large, small = (item["name"] for item in statements[:2])
    return decide(
        claim,
        context.profile,
        "certified",
        statements,
        [("refuted", {large: True}), ("verified", {large: False, small: True})],
        evidence={"order": order, "upper": statements[2]["upper"]},
        otherwise="volatilities of seventy-five per cent and more",
        reading="no volatility is printed; all up to sixty per cent are allowed, three times an"
        " index's, and all correlations; the price of the method is higher still",
    )


@check("C047")
def width_of_black_scholes(claim: Claim, context: Context) -> Certificate:
    """Ask whether one correlation, or a range of them, gives the printed widths.

    One gives no width. In a range of basket volatilities s the width is an integral of vegas, in
    proportion ``exp(-d^2/2)``, ``d = -log(K)/s + s/2``: below the money d^2 exceeds its value at
    the money by ``log(K)^2/s^2 - log K > 0``, so the width there is the smaller one.
    """
    rows = claim.tables["bounds"].rows
    money = next(place for place, row in enumerate(rows) if float(row["moneyness"]) == 1)
    widths: list[Tree] = [
        ["cell", "bounds", row, "black_scholes_width"] for row in range(len(rows))
    ]
    single = [
        inequality(f"no width at {row['moneyness']}", width, "==", "0")
        for row, width in zip(rows, widths, strict=True)
    ]
    ranged = [
        inequality(
            f"width at {row['moneyness']} is at most the one at the money",
            ["sub", widths[place], ["mul", "2", ["datum", "half_unit"]]],
            "<=",
            widths[money],
        )
        for place, row in enumerate(rows)
        if place < money
    ]
    none = {item["name"]: True for item in single}
    rules = [
        ("inconsistent", {zero["name"]: False, wide["name"]: False})
        for zero in single
        for wide in ranged
    ]
    return decide(
        claim,
        context.profile,
        "reading",
        [*single, *ranged],
        [
            ("verified", none),
            *rules,
            *(("corrected", {zero: False, **{r["name"]: True for r in ranged}}) for zero in none),
        ],
        evidence={"widths": [row["black_scholes_width"] for row in rows]},
        otherwise="no widths, or widths that are greatest at the money",
        reading="a range of correlations: two hundredths either way give the width at the money,"
        " but no range gives a wider interval below it",
    )


@check("C048")
def price_at_the_money(claim: Claim, context: Context) -> Certificate:
    """Bound a basket call by its assets' calls: ``C(F) <= sigma sqrt(T/(2 pi))`` for each.

    A strike at spot adds what interest lifts the forward by.
    """
    rows = claim.tables["bounds"].rows
    money = next(place for place, row in enumerate(rows) if float(row["moneyness"]) == 1)
    mean: Tree = ["div", ["add", *(["datum", "volatilities", place] for place in (0, 1))], "2"]
    names = {**_names(claim), "mean": mean}
    most = tree(f"mean*sqrt(maturity/(2*{_PI_LOW})) + rate*maturity", names)
    least: Tree = ["sub", ["cell", "bounds", money, "lower"], ["datum", "error"]]
    within = inequality("price is within the market's volatilities", least, "<=", most)
    bound = enclosure("most by volatilities", most, scope_of(claim))
    return decide(
        claim,
        context.profile,
        "certified",
        [within, bound],
        [("refuted", {within["name"]: False}), ("verified", {within["name"]: True})],
        evidence={"upper": bound["upper"]},
        otherwise="volatilities of forty per cent",
        reading="the month's highest close of the VIX (22.90, 3 January 2023) for the first index"
        " and twice that for the second, correlation one, strike at spot, interest at 5 per cent",
    )


@check("C125")
def infinite_variance_is_excluded(claim: Claim, context: Context) -> Certificate:
    """Mix a little of a law of infinite variance with the same forward into a lognormal prior.

    R has density ``s^-3 / 2`` above one half, mean one, and ``E[S^2; S < e^y] = (y + log 2)/2``.
    Relative entropy is convex, so (1-w) P + w R is within w KL(R|P) of P. In a chi-squared ball
    ``E S^2 <= E_P S^2 + radius sd_P(S^2)``.
    """
    names = _names(claim)
    names["v"] = tree("volatility**2*maturity", names)
    names["l"] = ["log", "2"]
    names["x"] = tree("1/2-l", names)
    entropy = tree(f"-l-2*x+log(2*{_PI_HIGH}*v)/2+(1/4+x**2+x*v+v**2/4)/(2*v)", names)
    names["y"] = tree("2*limit/weight", names)
    second = tree("weight*(y+l)/2", names)
    squared = tree("exp(v)+radius*sqrt(exp(6*v)-exp(2*v))", names)
    chi_squared = claim.data["divergence"] == "chi-squared"
    statements: list[Statement] = (
        [inequality("second moment stays below the limit", squared, "<=", ["datum", "limit"])]
        if chi_squared
        else [
            inequality(
                "mixture is in the ball",
                tree("weight*e", {**names, "e": entropy}),
                "<=",
                names["radius"],
            ),
            inequality("its second moment exceeds the limit", second, ">", ["datum", "limit"]),
        ]
    )
    whole = {item["name"]: True for item in statements}
    return decide(
        claim,
        context.profile,
        "certified",
        statements,
        [("verified" if chi_squared else "refuted", whole)],
        evidence={"relative_entropy": float(scope_of(claim).number(entropy))},
        otherwise="a divergence that bounds second moments, as chi-squared does",
        reading="laws near a prior without stochastic variance, whose tails are the thinnest, with"
        " quotes that have a spread, which so small a weight leaves unbroken: variance beyond any"
        " limit is in every ball of relative entropy; with all marginals known, the classical"
        " bounds have the variance that these have",
    )
