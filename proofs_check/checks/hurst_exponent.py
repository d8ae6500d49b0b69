"""Laws of the error of the Hurst exponent, and errors printed beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np

from proofs_check.certificate import Certificate, decide
from proofs_check.exact import Tree, tree
from proofs_check.index_smile import FULL, MATURITIES, REDUCED, found, model_of
from proofs_check.ledger import Claim
from proofs_check.numeric import floating
from proofs_check.registry import Context, check
from rmot.calibration.design import (
    Design,
    designed_smiles,
    price_noise,
    standard_errors,
    volatility_noise,
)
from rmot.calibration.narrow_ranges import generic_order, narrow_range_errors, taylor_gradient
from rmot.models import RoughHeston

# two expansions of a smile: width of the interpolation in standard deviations, and degree
_EXPANSIONS = ((1.0, 24), (0.8, 28))


@check("C076")
def error_against_strikes(claim: Claim, context: Context) -> Certificate:
    """Fit the slope of log error in log number of strikes over two ranges of numbers."""
    model = model_of(claim)
    counts = [int(count) for count in claim.data["strikes"]]
    errors = [
        standard_errors(
            model,
            designed_smiles(model, Design(count, 0.2, MATURITIES[:1], volatility_noise(0.002))),
            REDUCED,
        )["hurst"]
        for count in counts
    ]
    slopes = np.diff(np.log(errors)) / np.diff(np.log(counts))
    gap = abs(float(slopes[-1] - slopes[0]))
    gap_to_claim: Tree = ["abs", ["sub", repr(float(slopes[-1])), ["datum", "exponent"]]]
    near = found("slope as claimed", gap_to_claim, "<=", "0.02")
    sure = floating("slopes agree", gap, "<=", 0.02)
    return decide(
        claim,
        context.profile,
        "numeric",
        [near, sure],
        [
            ("verified", {near["name"]: True, sure["name"]: True}),
            ("refuted", {near["name"]: False, sure["name"]: True}),
        ],
        evidence={"slopes": slopes.tolist(), "error": gap, "free": list(REDUCED)},
        otherwise="strikes whose errors are dependent",
        reading="the number of strikes growing in a fixed range, errors independent, four"
        " parameters free, one maturity",
        kind="computed",
    )


@check("C077")
def error_against_range(claim: Claim, context: Context) -> Certificate:
    """Find the exponent of the error in the range of strikes, in narrow ranges filled with strikes.

    Two expansions of the smile's gradient; the exponent found is 1 - ceil(p/M) for p free
    parameters and M maturities.
    """
    model = model_of(claim)
    claimed = tree(claim.data["exponent"], {"H": ["datum", "hurst"]})
    statements, evidence = [], {}
    claims, repairs = [], []
    for count in (1, 3):
        slopes = [_narrow_slope(model, MATURITIES[:count], *way) for way in _EXPANSIONS]
        error = abs(slopes[0] - slopes[1])
        order = -generic_order(len(REDUCED), count)
        label = f"{count} maturities" if count > 1 else "one maturity"
        evidence[label] = {"slope": slopes[0], "error": error}
        slope = repr(slopes[0])
        statements += [
            found(f"claimed, {label}", ["abs", ["sub", slope, claimed]], "<=", "0.01"),
            found(f"integer, {label}", ["abs", ["sub", slope, str(order)]], "<=", "0.01"),
            floating(f"expansions agree, {label}", error, "<=", 0.01),
        ]
        claims.append(statements[-3]["name"])
        repairs += [statements[-2]["name"], statements[-1]["name"]]
    return decide(
        claim,
        context.profile,
        "numeric",
        statements,
        [
            *(("verified", {name: True, **dict.fromkeys(repairs, True)}) for name in claims),
            ("corrected", {**dict.fromkeys(claims, False), **dict.fromkeys(repairs, True)}),
        ],
        evidence={
            **evidence,
            "repaired": "the integer 1 - ceil(p/M), for p parameters and M maturities",
        },
        otherwise="an exponent that is this integer",
        reading="the law of the error as the range shrinks, for one or three maturities; as a lower"
        " bound with a constant left free it holds, because the true error grows faster, and says"
        " little",
        kind="computed",
    )


def _narrow_slope(
    model: RoughHeston, maturities: Sequence[float], reach: float, degree: int
) -> float:
    deviation = float(model.expected_variance(0.0).item()) ** 0.5
    expansions = [
        taylor_gradient(model, maturity, REDUCED, reach * deviation * maturity**0.5, degree)
        for maturity in maturities
    ]
    narrow, wide = (narrow_range_errors(expansions, delta)[0] for delta in (1e-9, 1e-8))
    return float(math.log(wide / narrow) / math.log(10))


@check("C105")
def printed_bounds_belong_together(claim: Claim, context: Context) -> Certificate:
    """Compare the ratio of two printed bounds, of vol-of-vol and correlation, with many designs'.

    The ratio does not depend on the number of strikes, nor on the size of the noise.
    """
    rows = claim.tables["errors"].rows
    place = {row["parameter"]: index for index, row in enumerate(rows)}
    printed = float(rows[place["vol_of_vol"]]["estimate"])
    ratios = {}
    for relative, noise, width, count in product(
        (False, True), ("volatility", "price"), (0.2, 0.7), (1, 3)
    ):
        model = model_of(claim)
        if relative:
            model = replace(model, vol_of_vol=model.mean_reversion * printed)
        law = (volatility_noise if noise == "volatility" else price_noise)(0.002)
        smiles = designed_smiles(model, Design(50, width, MATURITIES[:count], law))
        for free in (REDUCED[:3], REDUCED, FULL):
            errors = standard_errors(model, smiles, free)
            # a relative vol-of-vol is printed with the error of the relative one
            error = errors["vol_of_vol"] * printed / model.vol_of_vol
            name = f"{relative}, {noise}, {width}, {count}, {len(free)}"
            ratios[name] = error / errors["correlation"]
    half: Tree = ["datum", "half_unit"]
    top, bottom = (
        ["cell", "errors", place[name], "bound"] for name in ("vol_of_vol", "correlation")
    )
    least: Tree = ["div", ["sub", top, half], ["add", bottom, half]]
    most: Tree = ["div", ["add", top, half], ["sub", bottom, half]]
    above = found("printed ratio exceeds all", least, ">", repr(1.05 * max(ratios.values())))
    below = found("printed ratio is below all", most, "<", repr(0.95 * min(ratios.values())))
    return decide(
        claim,
        context.profile,
        "numeric",
        [above, below],
        [
            ("refuted", {above["name"]: True}),
            ("refuted", {below["name"]: True}),
            ("verified", {above["name"]: False, below["name"]: False}),
        ],
        evidence={
            "least": min(ratios.values()),
            "largest": max(ratios.values()),
            "designs": len(ratios),
            "allowance": 0.05,
        },
        otherwise="a design whose bounds are in the printed ratio",
        reading="any number of strikes and size of noise, one or three maturities, two ranges,"
        " noise in volatility or price, three, four or six free parameters, both readings of"
        " vol-of-vol",
        kind="computed",
    )
