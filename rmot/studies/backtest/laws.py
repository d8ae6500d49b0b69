r"""The law of a day: rough Heston fitted to one name's trades, as a discrete law of many nodes.

One expiry identifies level, slope and curvature of one smile. So volatility of variance,
correlation and initial variance are fitted, and what one expiry leaves open is held: H at 0.1, no
mean reversion, a flat forward variance. With nodes :math:`x_i` the weights are the slopes' steps,

.. math:: w_i = \Delta_i C' , \qquad \sum_i w_i (x_i - x_j)^+ = C(x_j),

so that the discrete law prices every call struck at an inner node as the model does, and has its
mean.
"""

from __future__ import annotations

import warnings
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rmot.calibration import Fit, calibrate
from rmot.errors import DataError, IdentificationWarning, RmotError
from rmot.market import DataSource, FilterReport, OptionSurface, Smile
from rmot.market.traded_smiles import TradedSmile, traded_smile
from rmot.models import RoughHeston
from rmot.transport import Prior

Vector = NDArray[np.float64]

NAMES = ("SPY", "QQQ", "IWM", "TLT")
HURST, MEAN_REVERSION = 0.1, 0.0
STEPS = {"SPY": 0.04, "QQQ": 0.07, "IWM": 0.06, "TLT": 0.03}
"""About one deviation of each name's log price over a month."""
PLACES = {
    "quick": (-1.0, 0.0, 1.0),
    "full": (-1.5, -1.0, -0.5, 0.0, 0.5, 1.0),
    "deep": (-1.5, -1.0, -0.5, 0.0, 0.5, 1.0),
}
"""Log-moneyness of the quotes that are bounded, in these steps, by profile."""

_FITTED = np.arange(-2.0, 1.3, 0.25)
_FLOOR = 1e-3
# Volatility of variance and correlation from which the search starts: level, slope and curvature
# of one smile leave it one optimum.
_START = (0.3, -0.5)
_NODES = 600
_REACH = (-14.0, 9.0)
_LEAST_PRICE = 1e-7


def laws_of_day(quotes: pd.DataFrame, places: tuple[float, ...]) -> dict[str, Any]:
    """Return what each name traded at and the law fitted to it, as JSON holds it.

    A name without a smile or a fit has a `failure` that says why.
    """
    known = set(quotes["underlying"])
    return {
        name: _law(quotes.loc[quotes["underlying"] == name], STEPS[name] * np.array(places))
        for name in NAMES
        if name in known
    }


def _law(quotes: pd.DataFrame, places: Vector) -> dict[str, Any]:
    name = quotes["underlying"].iloc[0]
    try:
        smile = traded_smile(quotes)
        model = fit(smile, STEPS[name])
    except RmotError as error:
        return {"failure": str(error)}
    volatility, error = smile.at(places)
    known = np.isfinite(volatility) & np.isfinite(error)
    return {
        "expiry": smile.expiry.isoformat(),
        "log_moneyness": places.tolist(),
        "maturity": smile.maturity,
        "forward": smile.forward,
        # zero where the file has none
        "spot": float(np.nan_to_num(quotes["spot"].iloc[0])),
        "pairs": smile.pairs,
        "trades": len(smile),
        "scatter": smile.scatter,
        "file_volatility": float(np.nan_to_num(smile.file_volatility)),
        "volatility": np.where(known, volatility, 0.0).tolist(),
        "error": np.where(known, error, 0.0).tolist(),
        "model": [model.vol_of_vol, model.correlation, model.initial_variance],
    }


def fit(smile: TradedSmile, step: float) -> RoughHeston:
    """Return the model of `fitted`."""
    return fitted(smile, step).model


def fitted(smile: TradedSmile, step: float) -> Fit:
    """Fit the free parameters to the smile's local lines, weighed by their errors.

    Raises
    ------
    DataError, CalibrationError
        Too few lines, or no optimum.
    """
    k = step * _FITTED
    volatility, error = smile.at(k)
    known = np.isfinite(volatility) & np.isfinite(error)
    if known.sum() < 4:
        raise DataError(f"expected four moneynesses with trades near; got {known.sum()}")
    k, volatility, error = k[known], volatility[known], error[known]
    nothing = np.full(k.size, np.nan)
    quoted = Smile(
        expiry=smile.expiry,
        settlement="PM",
        maturity=smile.maturity,
        forward=smile.forward,
        discount_factor=float("nan"),
        strike=smile.forward * np.exp(k),
        log_moneyness=k,
        bid_price=nothing,
        ask_price=nothing,
        call_price=nothing,
        bid_volatility=volatility - error,
        ask_volatility=volatility + error,
        implied_volatility=volatility,
        parity=None,
    )
    surface = OptionSurface(
        "",
        datetime.combine(smile.day, datetime.min.time(), UTC),
        (quoted,),
        FilterReport(()),
        DataSource("", "", "unregistered"),
    )
    held = float(np.interp(0.0, k, volatility)) ** 2
    with warnings.catch_warnings():
        # a smile without slope or curvature leaves a parameter open: its prices are the same
        warnings.simplefilter("ignore", IdentificationWarning)
        return calibrate(
            RoughHeston,
            surface,
            fixed={
                "hurst": HURST,
                "mean_reversion": MEAN_REVERSION,
                "long_run_variance": held,
            },
            noise_floor=_FLOOR,
            start=_model(*_START, held),
            require_convergence=False,
        )


def model_of(law: dict[str, Any]) -> RoughHeston:
    """Return the model of a stored law."""
    return _model(*law["model"])


def _model(vol_of_vol: float, correlation: float, initial_variance: float) -> RoughHeston:
    return RoughHeston(
        hurst=HURST,
        vol_of_vol=vol_of_vol,
        correlation=correlation,
        initial_variance=initial_variance,
        mean_reversion=MEAN_REVERSION,
        # without mean reversion it has no part in the law
        long_run_variance=initial_variance,
    )


def discrete_law(model: RoughHeston, maturity: float, strikes: Vector) -> Prior:
    """Return a law on nodes, among them the strikes, whose calls there are the model's.

    Raises
    ------
    DataError
        The model's prices are not convex on the nodes.
    """
    deviation = float(model.implied_volatility(np.zeros(1), maturity)[0]) * np.sqrt(maturity)
    grid = np.exp(deviation * np.linspace(*_REACH, _NODES))
    # no node so near to a strike that the step between their slopes is lost in rounding
    gap = 0.2 * deviation * (_REACH[1] - _REACH[0]) / _NODES
    grid = grid[np.abs(np.log(grid[:, None] / strikes)).min(axis=1) > gap]
    nodes = np.sort(np.concatenate([grid, strikes]))
    call = np.asarray(model.call_price(np.log(nodes), maturity), dtype=float)
    put = call - 1.0 + nodes
    kept = np.where(nodes < 1.0, put, call) > _LEAST_PRICE
    nodes, call, put = nodes[kept], call[kept], put[kept]
    rising, falling = np.diff(put) / np.diff(nodes), -np.diff(call) / np.diff(nodes)
    inner = np.where(nodes[1:-1] < 1.0, np.diff(rising), -np.diff(falling))
    weights = np.concatenate([[rising[0]], inner, [falling[-1]]])
    if not (weights > 0).all():
        raise DataError(f"expected convex prices; {np.sum(weights <= 0)} weights are not positive")
    # what lies beyond the ends stands where the outermost chords meet the axis
    points = nodes.copy()
    points[0] = nodes[1] - put[1] / rising[0]
    points[-1] = nodes[-2] + call[-2] / falling[-1]
    return Prior(points, weights / weights.sum())
