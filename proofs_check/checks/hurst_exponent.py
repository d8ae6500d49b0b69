"""How well quotes determine the Hurst exponent: claimed errors against the Cramér-Rao bounds.

Derivatives are the engine's; each decisive error is found a second time from differences of prices.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from proofs_check.certificate import Certificate, decide
from proofs_check.exact import Statement, Tree, inequality, tree
from proofs_check.ledger import Claim
from proofs_check.numeric import floating
from proofs_check.registry import Context, check
from rmot.calibration.coordinates import COORDINATES
from rmot.calibration.design import (
    NORMAL_95,
    Design,
    DesignedSmile,
    designed_smiles,
    required_strikes,
    standard_errors,
    volatility_noise,
)
from rmot.calibration.information import cramer_rao_errors
from rmot.calibration.narrow_ranges import generic_order, narrow_range_errors, taylor_gradient
from rmot.models import RoughHeston
from rmot.studies.information.points import FREE, MATURITIES, NOISES, PUBLISHED

Array = npt.NDArray[np.float64]

REDUCED = FREE[4]
# noises that differ in more than size, and
# two expansions of a smile: width of the interpolation in standard deviations, and degree
_OF_ONE_SIZE = tuple(name for name in NOISES if not name.startswith("1%"))
_EXPANSIONS = ((1.0, 24), (0.8, 28))


def _model(hurst: str) -> RoughHeston:
    return replace(PUBLISHED["index"].model, hurst=float(hurst))


def _resting(statement: Statement) -> Statement:
    return {**statement, "rests_on": "floating point"}


def _half_width(model: RoughHeston, design: Design) -> tuple[float, float]:
    """Find the 95% half-width of H by both ways; returns it and their difference."""
    smiles = designed_smiles(model, design)
    found = NORMAL_95 * standard_errors(model, smiles, REDUCED)["hurst"]
    columns = [_difference(model, smiles, name) for name in REDUCED]
    other = NORMAL_95 * cramer_rao_errors(np.stack(columns, axis=1))[0]
    return found, abs(found - float(other))


def _difference(model: RoughHeston, smiles: Sequence[DesignedSmile], name: str) -> Array:
    """Differentiate volatilities over noise by central differences, per unit of the parameter."""
    step = 1e-3 * abs(getattr(model, name))
    up, down = (
        np.concatenate(
            [
                replace(model, **{name: getattr(model, name) + way * step}).implied_volatility(
                    smile.log_moneyness, smile.maturity, tolerance=1e-12
                )
                / smile.noise
                for smile in smiles
            ]
        )
        for way in (1, -1)
    )
    return (up - down) / (2 * step)


@check("C076")
def error_against_strikes(claim: Claim, context: Context) -> Certificate:
    """Fit the slope of log error in log number of strikes over two ranges of numbers."""
    model = _model(claim.data["hurst"])
    counts = [int(count) for count in claim.data["strikes"]]
    errors = [
        standard_errors(
            model,
            designed_smiles(model, Design(count, 0.2, MATURITIES[1], volatility_noise(0.002))),
            REDUCED,
        )["hurst"]
        for count in counts
    ]
    slopes = np.diff(np.log(errors)) / np.diff(np.log(counts))
    gap = abs(float(slopes[-1] - slopes[0]))
    claimed: Tree = ["datum", "exponent"]
    near = _resting(
        inequality(
            "slope as claimed", ["abs", ["sub", repr(float(slopes[-1])), claimed]], "<=", "0.02"
        )
    )
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
        reading="the number of strikes growing in a fixed range, errors independent, four parameters"
        " free, one maturity",
        kind="computed",
    )


@check("C077")
def error_against_range(claim: Claim, context: Context) -> Certificate:
    """Find the exponent of the error in the range of strikes, in narrow ranges filled with strikes.

    Two expansions of the smile's gradient; the exponent is an integer, (p - M) / M rounded up for p
    free parameters and M maturities.
    """
    model = _model(claim.data["hurst"])
    claimed = tree(claim.data["exponent"], {"H": ["datum", "hurst"]})
    statements, evidence = [], {}
    claims, repairs = [], []
    for count in (1, 3):
        slopes = [_narrow_slope(model, MATURITIES[count], *way) for way in _EXPANSIONS]
        error = abs(slopes[0] - slopes[1])
        order = -generic_order(len(REDUCED), count)
        label = f"{count} maturities" if count > 1 else "one maturity"
        evidence[label] = {"slope": slopes[0], "error": error}
        slope = repr(slopes[0])
        statements += [
            _resting(
                inequality(f"claimed, {label}", ["abs", ["sub", slope, claimed]], "<=", "0.01")
            ),
            _resting(
                inequality(f"integer, {label}", ["abs", ["sub", slope, str(order)]], "<=", "0.01")
            ),
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
            "repaired": "an integer: 1 - p/M rounded down, for p parameters and M maturities",
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


@check("C078", "C079")
def strikes_of_one_maturity(claim: Claim, context: Context) -> Certificate:
    """Take the best of several maturities; then find the strikes that do suffice there."""
    model = _model(claim.data["hurst"])
    noise = volatility_noise(float(claim.data["noise"]))
    designs = [
        Design(int(claim.data["strikes"]), float(claim.data["half_width"]), (maturity,), noise)
        for maturity in MATURITIES[3]
    ]
    widths = [_half_width(model, design) for design in designs]
    best = int(np.argmin([width for width, _ in widths]))
    width, error = widths[best]
    precision = float(claim.data["precision"])
    needed = required_strikes(model, designs[best], REDUCED, precision, most=20_000)
    within = _resting(
        inequality("interval is as narrow", repr(width), "<=", ["datum", "precision"])
    )
    sure = floating("error of the width is small", error, "<=", 1e-3 * width)
    statements, repaired = [within, sure], {}
    if needed is not None:
        enough, fewer = (
            _half_width(model, replace(designs[best], strikes=count))[0]
            for count in (needed, needed - max(1, needed // 100))
        )
        statements += [
            _resting(
                inequality(f"{needed} strikes suffice", repr(enough), "<=", ["datum", "precision"])
            ),
            _resting(
                inequality("a hundredth fewer do not", repr(fewer), ">", ["datum", "precision"])
            ),
        ]
        repaired = {item["name"]: True for item in statements[2:]}
    return decide(
        claim,
        context.profile,
        "numeric",
        statements,
        [
            ("verified", {within["name"]: True, sure["name"]: True}),
            (
                "corrected" if repaired else "refuted",
                {within["name"]: False, sure["name"]: True, **repaired},
            ),
        ],
        evidence={
            "half_widths": {
                f"{smile:.3f}": found
                for smile, (found, _) in zip(MATURITIES[3], widths, strict=True)
            },
            "error": error,
            "strikes_needed": needed,
            "repaired": f"about {needed} strikes, at the shortest of the maturities tried",
        },
        otherwise="a smaller noise, or more maturities",
        reading="quotes of one maturity, the best of one, three and six months, and the four"
        " parameters that the source calibrates; with three maturities far fewer strikes do",
        kind="computed",
    )


@check("C080")
def strikes_of_three_maturities(claim: Claim, context: Context) -> Certificate:
    """Compare the half-width from three maturities with the precision, four parameters free."""
    model = _model(claim.data["hurst"])
    design = Design(
        int(claim.data["strikes"]),
        float(claim.data["half_width"]),
        MATURITIES[3],
        volatility_noise(float(claim.data["noise"])),
    )
    width, error = _half_width(model, design)
    within = _resting(
        inequality("interval is as narrow", repr(width), "<=", ["datum", "precision"])
    )
    sure = floating("error of the width is small", error, "<=", 1e-3 * width)
    smiles = designed_smiles(model, design)
    return decide(
        claim,
        context.profile,
        "numeric",
        [within, sure],
        [
            ("verified", {within["name"]: True, sure["name"]: True}),
            ("refuted", {within["name"]: False, sure["name"]: True}),
        ],
        evidence={
            "half_width": width,
            "error": error,
            "half_width_six_free": NORMAL_95 * standard_errors(model, smiles, FREE[6])["hurst"],
        },
        otherwise="noise of one per cent, or six parameters free",
        reading="the four parameters that the source calibrates; with all six it fails",
        kind="computed",
    )


@check("C105")
def printed_bounds_belong_together(claim: Claim, context: Context) -> Certificate:
    """Compare the ratio of two printed bounds, of vol-of-vol and correlation, with many designs'.

    The ratio does not depend on the number of strikes, nor on the size of the noise.
    """
    rows = claim.tables["errors"].rows
    place = {row["parameter"]: index for index, row in enumerate(rows)}
    printed = float(rows[place["vol_of_vol"]]["estimate"])
    ratios = {}
    for point, noise, half_width, count in product(
        ("index", "relative"), _OF_ONE_SIZE, (0.2, 0.7), (1, 3)
    ):
        model: Any = PUBLISHED[point].model
        smiles = designed_smiles(model, Design(50, half_width, MATURITIES[count], NOISES[noise]))
        for free in (REDUCED[:3], REDUCED, FREE[6]):
            errors = standard_errors(model, smiles, free)
            # a relative vol-of-vol is printed with the error of the relative one
            error = errors["vol_of_vol"] * printed / model.vol_of_vol
            name = f"{point}, {noise}, {half_width}, {count}, {len(free)}"
            ratios[name] = error / errors["correlation"]
    half: Tree = ["datum", "half_unit"]
    top, bottom = (
        ["cell", "errors", place[name], "bound"] for name in ("vol_of_vol", "correlation")
    )
    least: Tree = ["div", ["sub", top, half], ["add", bottom, half]]
    most: Tree = ["div", ["add", top, half], ["sub", bottom, half]]
    above = _resting(
        inequality("printed ratio exceeds all", least, ">", repr(1.05 * max(ratios.values())))
    )
    below = _resting(
        inequality("printed ratio is below all", most, "<", repr(0.95 * min(ratios.values())))
    )
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
        reading="any number of strikes and size of noise, one or three maturities, two ranges, three"
        " kinds of noise, three, four or six free parameters, both readings of the vol-of-vol",
        kind="computed",
    )
