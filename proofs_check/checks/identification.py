"""Whether correlation can be read off the law of each asset alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

import numpy as np
import numpy.typing as npt
import sympy

from proofs_check.certificate import Certificate, decide
from proofs_check.drivers import covariance, derivatives, own_covariances_agree
from proofs_check.exact import Statement, Tree, identity, inequality, tree
from proofs_check.formulas import formula
from proofs_check.ledger import Claim
from proofs_check.registry import Context, check

Array = npt.NDArray[np.float64]


@check("C001")
def drivers_are_both_independent_and_correlated(claim: Claim, context: Context) -> Certificate:
    """Compare the covariation that the drivers' definition implies with the one stated."""
    names: dict[str, Tree] = {"rho": ["variable", "rho"]}
    name = "covariations agree for every correlation"
    implied, stated = (formula(claim.data[key]) for key in ("implied", "stated"))
    return decide(
        claim,
        context.profile,
        "symbolic",
        [
            identity(
                name,
                tree(claim.data["implied"], names),
                tree(claim.data["stated"], names),
                {"rho": 1},
            )
        ],
        [("verified", {name: True}), ("inconsistent", {name: False})],
        evidence={"difference": str(sympy.simplify(stated - implied))},
        otherwise="drivers that are correlated from the start",
        reading="rho_ij arbitrary, as the question of identifying it supposes",
    )


@check("C002")
def marginal_law_depends_on_correlation(claim: Claim, context: Context) -> Certificate:
    """Simulate one asset of the joint model at several correlations, from independent draws.

    By Dvoretzky-Kiefer-Wolfowitz-Massart all empirical distribution functions lie within their
    radii of the true ones except with probability `level`. If the largest distance exceeds two
    radii, the laws differ; if it stays two radii below `margin`, no distance between the laws
    reaches `margin`. Both errors have probability at most `level`.
    """
    paths = {"quick": 30_000, "full": 60_000, "deep": 400_000}[context.profile]
    level, margin = 0.001, float(claim.data["margin"])
    samples = [
        np.sort(_log_price(claim, float(Fraction(rho)), paths, context.seed + place))
        for place, rho in enumerate(claim.data["correlations"])
    ]
    radius = math.sqrt(math.log(2 * len(samples) / level) / (2 * paths))
    distance = max(_distance(first, second) for first, second in combinations(samples, 2))
    differ, alike = "laws differ", "laws agree within the margin"
    both: Tree = repr(2 * radius)
    statements: list[Statement] = [
        inequality(differ, repr(distance), ">", both),
        inequality(alike, ["add", repr(distance), both], "<=", ["datum", "margin"]),
    ]
    return decide(
        claim,
        context.profile,
        "statistical",
        [{**statement, "rests_on": "simulation"} for statement in statements],
        [("verified", {differ: True}), ("refuted", {differ: False, alike: True})],
        evidence={
            "largest_distance": distance,
            "radius": radius,
            "margin": margin,
            "level": level,
            "power": 1 - level,
            "paths": paths,
            "steps": 24,
            "algebra": "the covariance of the asset's own two drivers has no rho in it (see C014)",
        },
        otherwise="a driver of the asset itself whose correlation with its price moves with rho",
        reading="a distance of at least the margin between the distribution functions",
        kind="simulated",
        seed=context.seed,
    )


def _log_price(claim: Claim, rho: float, paths: int, seed: int) -> Array:
    """Draw the first asset's log-price by an Euler scheme of the Volterra equation."""
    symbol = sympy.Symbol("rho")
    loadings = [
        [float(formula(cell).subs(symbol, rho)) for cell in claim.data["drivers"][name]]
        for name in ("price_1", "variance_1")
    ]
    hurst, vol_of_vol, variance, steps = 0.1, 0.4, 0.04, 24
    width = 1.0 / steps
    lags = np.arange(steps + 1) * width
    kernel = np.diff(lags ** (hurst + 0.5)) / (width * math.gamma(hurst + 1.5))
    rng = np.random.default_rng(seed)
    batches = []
    for start in range(0, paths, 10_000):
        count = min(10_000, paths - start)
        shocks = rng.standard_normal((steps, 4, count)) * math.sqrt(width)
        price, noise = np.zeros(count), np.zeros((steps, count))
        for step in range(steps):
            spot = np.full(count, variance) + kernel[:step][::-1] @ noise[:step]
            root = np.sqrt(np.maximum(spot, 0.0))
            price += root * (np.array(loadings[0]) @ shocks[step]) - 0.5 * root**2 * width
            noise[step] = vol_of_vol * root * (np.array(loadings[1]) @ shocks[step])
        batches.append(price)
    return np.concatenate(batches)


def _distance(first: Array, second: Array) -> float:
    """Kolmogorov's distance between two sorted samples."""
    everywhere = np.concatenate([first, second])
    below = [np.searchsorted(x, everywhere, side="right") / len(x) for x in (first, second)]
    return float(np.max(np.abs(below[0] - below[1])))


@check("C014")
def correlation_identified_by_margins(claim: Claim, context: Context) -> Certificate:
    """Find two correlations at which each asset's own drivers have the same law.

    An asset's path is a functional of its own two drivers, a Gaussian pair; equal covariances give
    equal laws, hence equal prices of every claim on that asset alone.
    """
    statements = own_covariances_agree(claim)
    moves = "covariance of the two prices differs"
    own = {item["name"]: True for item in statements}
    statements.append(
        inequality(
            moves,
            covariance(claim, "price_1", "price_2", 0),
            "<",
            covariance(claim, "price_1", "price_2", 1),
        )
    )
    return decide(
        claim,
        context.profile,
        "symbolic",
        statements,
        [
            ("refuted", {**own, moves: True}),
            *(("verified", {name: False}) for name in own),
        ],
        evidence=derivatives(claim),
        otherwise="drivers of one asset whose own covariance moves with rho, as with factors",
        reading="local identification, from all claims on single assets, without noise: fails too",
    )


@check("C009")
def derivatives_in_correlation(claim: Claim, context: Context) -> Certificate:
    """Differentiate the functional in rho and compare with the two derivatives printed."""
    symbols = sympy.symbols("rho A J")
    derived = sympy.diff(formula(claim.data["functional"]), symbols[0])
    names: dict[str, Tree] = {name: ["variable", name] for name in ("rho", "A", "J")}
    degrees = dict.fromkeys(names, 2)
    body, appendix = (tree(claim.data[key], names) for key in ("body", "appendix"))
    statements = [
        identity("both printed forms agree", body, appendix, degrees),
        identity("printed form is the derivative", body, tree(str(derived), names), degrees),
    ]
    whole = {item["name"]: True for item in statements}
    return decide(
        claim,
        context.profile,
        "symbolic",
        statements,
        [("verified", whole), *(("inconsistent", {name: False}) for name in whole)],
        evidence={"derivative": str(derived)},
        otherwise="a functional with a factor rho and both forms its derivative",
        reading="derivative of rho times the functional: then the two printed forms still differ",
    )


@check("C015")
def entropy_dual_estimates_correlation(claim: Claim, context: Context) -> Certificate:
    """Minimise the quadratic form of the dual for one misfit each, and compare the minimiser.

    ``m' C_r^{-1} m / 2`` with unit variances is stationary at m_2 / m_1 and m_1 / m_2, whichever is
    below one in size; the value claimed is the true correlation.
    """
    symbols = sympy.symbols("r rho m1 m2")
    r = symbols[0]
    local = dict(zip(("r", "rho", "m1", "m2"), symbols, strict=True))
    objective = formula(claim.data["objective"], **local)
    stationary = sympy.solve(sympy.diff(objective, r), r)
    numerator = sympy.fraction(sympy.together(sympy.diff(objective, r)))[0]
    sample: dict[str, Tree] = {"rho": "1/2", "m1": "1", "m2": "-1/5"}
    at_claimed, at_ratio = (
        tree(str(numerator), {**sample, "r": tree(value, sample)}) for value in ("rho", "m2/m1")
    )
    statements = [
        inequality("stationary at the true correlation", at_claimed, "==", "0"),
        inequality("stationary at the ratio of misfits", at_ratio, "==", "0"),
    ]
    first, second = (item["name"] for item in statements)
    return decide(
        claim,
        context.profile,
        "symbolic",
        statements,
        [("verified", {first: True}), ("corrected", {first: False, second: True})],
        evidence={
            "stationary": [str(value) for value in stationary],
            "repaired": "the minimiser is the ratio of the two misfits, whatever the correlation",
        },
        otherwise="an objective that is stationary at the true correlation",
        reading="small misfits, one quote for each asset; without misfit the dual is constant in r",
    )


@check("C017")
def constant_of_the_bound(claim: Claim, context: Context) -> Certificate:
    """Multiply bound and derivative: a Cramer-Rao bound is inverse, so constants must cancel."""
    points: Sequence[dict[str, Tree]] = ({"A": "1", "B": "1"}, {"A": "2", "B": "3"})
    products: list[Tree] = [
        ["mul", tree(claim.data["derivative"], point), tree(claim.data["bound"], point)]
        for point in points
    ]
    name = "product does not depend on the constants"
    product = sympy.simplify(formula(claim.data["derivative"]) * formula(claim.data["bound"]))
    return decide(
        claim,
        context.profile,
        "symbolic",
        [inequality(name, products[0], "==", products[1])],
        [("verified", {name: True}), ("inconsistent", {name: False})],
        evidence={"product": str(product)},
        otherwise="a bound proportional to 1/(A B)",
        reading="up to numerical factors: only the way A and B enter is compared",
    )
