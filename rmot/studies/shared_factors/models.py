"""Two assets on two factors that differ in H alone, and how they are quoted."""

from __future__ import annotations

from dataclasses import replace

from rmot.artifact.data_digest import data_digest
from rmot.calibration.design import Design, volatility_noise
from rmot.calibration.factors.parametrisation import FactorParametrisation, parametrise_factors
from rmot.models import RoughFactorModel, VarianceFactor

MATURITY = 0.5
"""The correlation meant is that of returns over these years."""

NOISE = 0.002
DESIGN = Design(50, 0.5, (1 / 12, 1 / 4, 1 / 2), volatility_noise(NOISE), per_root_year=True)

LOADINGS = {
    "generic": ((0.2, 0.08), (0.1, 0.18)),
    # the first asset cannot tell its loadings apart but by the factors' H
    "symmetric": ((0.15, 0.15), (0.2, 0.08)),
}
_MIDDLE = VarianceFactor(
    hurst=0.2,
    vol_of_vol=1.5,
    correlation=-0.7,
    initial_variance=1.0,
    mean_reversion=0.5,
    long_run_variance=1.2,
)
_HELD = ("mean_reversion",)
_KNOWN = ("hurst", "vol_of_vol", "correlation", "long_run_variance")


def two_assets(loadings: str, gap: float) -> RoughFactorModel:
    """Return the model whose factors have H apart by `gap`, around 0.2."""
    factors = [replace(_MIDDLE, hurst=_MIDDLE.hurst + side * gap / 2) for side in (-1, 1)]
    return RoughFactorModel(LOADINGS[loadings], factors)


def free_numbers(model: RoughFactorModel, *, known: bool) -> FactorParametrisation:
    """Leave loadings free and, unless they are `known`, the factors' numbers too."""
    names = (*_HELD, *_KNOWN) if known else _HELD
    pattern = parametrise_factors(model.n_assets, model.n_factors, dict.fromkeys(names, 0.0))
    values = dict(zip(model.parameters, model.values.tolist(), strict=True))
    return replace(pattern, held={name: values[name] for name in pattern.held})


def source() -> dict[str, str]:
    """Return the columns that say what the data are: no market's, but these numbers."""
    said = repr((LOADINGS, _MIDDLE, NOISE, DESIGN.strikes, DESIGN.half_width, DESIGN.maturities))
    return {"data": "drawn", "data_sha256": data_digest(said)}
