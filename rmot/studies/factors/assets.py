"""Two assets with a rough factor in common and a smoother one on which they load oppositely."""

from __future__ import annotations

from rmot.artifact.data_digest import data_digest
from rmot.models import RoughFactorModel, VarianceFactor
from rmot.studies.information.points import PUBLISHED

LOADINGS = ((1.0, 0.6), (1.0, -0.6))
ROUGH = {
    name: getattr(PUBLISHED["index"].model, name)
    for name in (
        "hurst",
        "vol_of_vol",
        "correlation",
        "initial_variance",
        "mean_reversion",
        "long_run_variance",
    )
}
# calm at first, and slow to rise to the level of the other
SMOOTH = {
    "hurst": 0.4,
    "vol_of_vol": 0.25,
    "correlation": -0.2,
    "initial_variance": 0.02,
    "mean_reversion": 1.0,
    "long_run_variance": 0.06,
}


def two_assets() -> RoughFactorModel:
    """Return the model."""
    return RoughFactorModel(LOADINGS, [VarianceFactor(**ROUGH), VarianceFactor(**SMOOTH)])


def source() -> dict[str, str]:
    """Say of a table that it rests on no data: its hash is that of the model."""
    settings = (LOADINGS, ROUGH, SMOOTH)
    return {"data": "drawn", "data_sha256": data_digest(settings)}
