"""How many strikes the Hurst exponent needs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from proofs_check.certificate import Certificate, decide
from proofs_check.index_smile import FULL, MATURITIES, REDUCED, found, half_width, model_of
from proofs_check.ledger import Claim
from proofs_check.numeric import floating
from proofs_check.registry import Context, check
from rmot.calibration.design import (
    NORMAL_95,
    Design,
    designed_smiles,
    required_strikes,
    standard_errors,
    volatility_noise,
)


@check("C078", "C079")
def strikes_of_one_maturity(claim: Claim, context: Context) -> Certificate:
    """Take the best of several maturities; then find the strikes that do suffice there."""
    model = model_of(claim)
    noise = volatility_noise(float(claim.data["noise"]))
    designs = [
        Design(int(claim.data["strikes"]), float(claim.data["half_width"]), (maturity,), noise)
        for maturity in MATURITIES
    ]
    widths = [half_width(model, design) for design in designs]
    best = int(np.argmin([width for width, _ in widths]))
    width, error = widths[best]
    precision = float(claim.data["precision"])
    needed = required_strikes(model, designs[best], REDUCED, precision, most=20_000)
    within = found("interval is as narrow", repr(width), "<=", ["datum", "precision"])
    sure = floating("error of the width is small", error, "<=", 1e-3 * width)
    statements, repaired = [within, sure], {}
    if needed is not None:
        enough, fewer = (
            half_width(model, replace(designs[best], strikes=count))[0]
            for count in (needed, needed - max(1, needed // 100))
        )
        statements += [
            found(f"{needed} strikes suffice", repr(enough), "<=", ["datum", "precision"]),
            found("a hundredth fewer do not", repr(fewer), ">", ["datum", "precision"]),
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
                f"{maturity:.3f}": value
                for maturity, (value, _) in zip(MATURITIES, widths, strict=True)
            },
            "error": error,
            "strikes_needed": needed,
            "repaired": f"{needed} strikes at a maturity of {MATURITIES[best]:.3f} years",
        },
        otherwise="a smaller noise, or more maturities",
        reading="quotes of one maturity, the best of one, three and six months, and the four"
        " parameters that the source calibrates; with three maturities far fewer strikes do",
        kind="computed",
    )


@check("C080")
def strikes_of_three_maturities(claim: Claim, context: Context) -> Certificate:
    """Compare the half-width from three maturities with the precision, four parameters free."""
    model = model_of(claim)
    design = Design(
        int(claim.data["strikes"]),
        float(claim.data["half_width"]),
        MATURITIES,
        volatility_noise(float(claim.data["noise"])),
    )
    width, error = half_width(model, design)
    within = found("interval is as narrow", repr(width), "<=", ["datum", "precision"])
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
            "half_width_six_free": NORMAL_95 * standard_errors(model, smiles, FULL)["hurst"],
        },
        otherwise="noise of one per cent, or six parameters free",
        reading="the four parameters that the source calibrates; with all six it fails",
        kind="computed",
    )
