"""Whether marginals tell a correlation, in the one model where they can: assets that share factors.

In the sources' model they never do (C014, C085). With dS_i / S_i = sum_k a_ik sqrt(V_k) dW_k an
asset's surface carries its a_ik^2, and correlation is their function: by assumption, as independent
copies of the factors have the same marginals.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from proofs_check.certificate import Certificate, decide
from proofs_check.ledger import Claim
from proofs_check.numeric import floating
from proofs_check.registry import Context, check
from rmot.calibration.design import Design, designed_smiles, volatility_noise
from rmot.calibration.factors.correlation_errors import correlation_covariance, correlation_gradient
from rmot.calibration.factors.design import correlation_error
from rmot.calibration.factors.parametrisation import FactorParametrisation, parametrise_factors
from rmot.models import RoughFactorModel, VarianceFactor

Vector = npt.NDArray[np.float64]

MATURITIES = (1 / 12, 1 / 4, 1 / 2)
HORIZON = 0.5
# The mean reversion alone is held: three maturities hardly tell its speed from its level.
_HELD = {"mean_reversion": 0.5}
_STEP = 1e-3
# An error that doubles as the gap halves is without bound; one that gains so little is not.
_DOUBLES, _STAYS = 1.6, 1.1


@check("C089")
def information_is_singular_where_exponents_meet(claim: Claim, context: Context) -> Certificate:
    """Halve the gap of the factors' exponents, and see whether the correlation's error doubles."""
    design = Design(
        int(claim.data["strikes"]),
        0.5,
        MATURITIES,
        volatility_noise(float(claim.data["noise"])),
        per_root_year=True,
    )
    gaps = [float(gap) for gap in claim.data["gaps"]]
    errors = {
        key: [_error(_model(claim, key, gap), design) for gap in gaps]
        for key in ("loadings", "symmetric")
    }
    growth = {key: found[-1] / found[-2] for key, found in errors.items()}
    by_differences = _error_by_differences(_model(claim, "loadings", gaps[-1]), design)
    distance = abs(by_differences / errors["loadings"][-1] - 1.0)
    apart = _copies_differ_by(_model(claim, "loadings", gaps[0]), design)
    singular = floating("halving the gap doubles the error", growth["loadings"], ">=", _DOUBLES)
    regular = floating("halving the gap leaves the error", growth["loadings"], "<=", _STAYS)
    stratum = floating("symmetric loadings: it doubles", growth["symmetric"], ">=", _DOUBLES)
    sure = floating("differences of volatilities give the same error", distance, "<=", 0.02)
    copies = floating("independent copies have the same marginals", apart, "<=", 2e-6)
    sound = {sure["name"]: True, copies["name"]: True}
    return decide(
        claim,
        context.profile,
        "numeric",
        [singular, regular, stratum, sure, copies],
        [
            ("verified", {singular["name"]: True, **sound}),
            (
                "corrected",
                {
                    singular["name"]: False,
                    regular["name"]: True,
                    stratum["name"]: True,
                    **sound,
                },
            ),
        ],
        evidence={
            "gaps": gaps,
            "errors": errors,
            "by_differences": by_differences,
            "repaired": "that assets share factors being assumed, the error stays bounded as the"
            " exponents meet, unless an asset loads on both factors alike; then it grows like the"
            " inverse of the gap",
        },
        otherwise="loadings of one size on both factors",
        reading="two assets on two factors that differ in H alone, all numbers estimated but the"
        " speed of mean reversion: in the source's own model there is no information at any gap",
        kind="computed",
    )


def _model(claim: Claim, loadings: str, gap: float) -> RoughFactorModel:
    middle = float(claim.data["hurst"])
    factors = [
        VarianceFactor(
            hurst=middle + side * gap / 2,
            vol_of_vol=1.5,
            correlation=-0.7,
            initial_variance=1.0,
            mean_reversion=_HELD["mean_reversion"],
            long_run_variance=1.2,
        )
        for side in (-1, 1)
    ]
    rows: list[list[Any]] = claim.data[loadings]
    return RoughFactorModel([[float(value) for value in row] for row in rows], factors)


def _free(model: RoughFactorModel) -> FactorParametrisation:
    return parametrise_factors(model.n_assets, model.n_factors, _HELD)


def _error(model: RoughFactorModel, design: Design) -> float:
    return correlation_error(model, design, _free(model), HORIZON)


def _error_by_differences(model: RoughFactorModel, design: Design) -> float:
    """Find the same error from central differences of volatilities."""
    free = _free(model)
    point = free.point(free.values_of(model))
    columns = []
    for row in range(point.size):
        up, down = point.copy(), point.copy()
        up[row] += _STEP
        down[row] -= _STEP
        difference = _volatilities(free.model(up), design) - _volatilities(free.model(down), design)
        columns.append(difference / (2 * _STEP))
    jacobian = np.stack(columns, axis=1) / design.noise(np.ones(1), np.ones(1))
    gradient = correlation_gradient(free, point, HORIZON)[:1]
    return float(np.sqrt(correlation_covariance(gradient, jacobian)[0, 0]))


def _volatilities(model: RoughFactorModel, design: Design) -> Vector:
    return np.concatenate(
        [
            model.marginal(asset).implied_volatility(
                design.log_moneyness(maturity), maturity, tolerance=1e-12
            )
            for asset in range(model.n_assets)
            for maturity in design.maturities
        ]
    )


def _copies_differ_by(model: RoughFactorModel, design: Design) -> float:
    """Give each asset factors of its own, and find the largest difference of volatilities."""
    count, own = model.n_factors, np.zeros((model.n_assets, model.n_assets * model.n_factors))
    for asset, row in enumerate(model.loadings):
        own[asset, asset * count : (asset + 1) * count] = row
    copies = RoughFactorModel(own, list(model.factors) * model.n_assets)
    pairs = [
        (shared.implied_volatility, alone.implied_volatility)
        for asset in range(model.n_assets)
        for shared, alone in zip(
            designed_smiles(model.marginal(asset), design),
            designed_smiles(copies.marginal(asset), design),
            strict=True,
        )
    ]
    return max(float(np.max(np.abs(shared - alone))) for shared, alone in pairs)
