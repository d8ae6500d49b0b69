"""The index's smile on which claims about information are tried, and how well it determines H."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from proofs_check.exact import Statement, Tree, inequality
from proofs_check.ledger import Claim
from rmot.calibration.design import (
    NORMAL_95,
    Design,
    DesignedSmile,
    designed_smiles,
    standard_errors,
)
from rmot.calibration.information import cramer_rao_errors
from rmot.models import RoughHeston

REDUCED = ("hurst", "vol_of_vol", "correlation", "initial_variance")
"""What 002 calibrates (after Definition 2.1)."""

FULL = (*REDUCED, "mean_reversion", "long_run_variance")

MATURITIES = (1 / 12, 1 / 4, 1 / 2)
"""One, three and six months: within 002's Assumption 3.1."""


def model_of(claim: Claim) -> RoughHeston:
    """Return 002's index set (its Table 5; levels and mean reversion are ours) at the claim's H."""
    return RoughHeston(
        hurst=float(claim.data["hurst"]),
        vol_of_vol=0.28,
        correlation=-0.65,
        initial_variance=0.04,
        mean_reversion=0.3,
        long_run_variance=0.04,
    )


def half_width(model: RoughHeston, design: Design) -> tuple[float, float]:
    """Find the 95% half-width of H, the reduced parameters free, and its error.

    The error is the distance to the half-width from differences of volatilities.
    """
    smiles = designed_smiles(model, design)
    found = NORMAL_95 * standard_errors(model, smiles, REDUCED)["hurst"]
    columns = [_difference(model, smiles, name) for name in REDUCED]
    other = NORMAL_95 * float(cramer_rao_errors(np.stack(columns, axis=1))[0])
    return found, abs(found - other)


def _difference(
    model: RoughHeston, smiles: Sequence[DesignedSmile], name: str
) -> npt.NDArray[np.float64]:
    """Differentiate volatilities over noise centrally, per unit of the parameter."""
    value = getattr(model, name)
    step = 1e-3 * abs(value)
    up, down = (
        np.concatenate(
            [
                moved.implied_volatility(smile.log_moneyness, smile.maturity, tolerance=1e-12)
                / smile.noise
                for smile in smiles
            ]
        )
        for moved in (replace(model, **{name: value + way * step}) for way in (1, -1))
    )
    return (up - down) / (2 * step)


def found(name: str, left: Tree, relation: str, right: Tree) -> Statement:
    """State a relation of numbers of the claim and numbers computed in floating point."""
    return {**inequality(name, left, relation, right), "rests_on": "floating point"}
