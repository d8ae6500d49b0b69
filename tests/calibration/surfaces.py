"""Surfaces of known models."""

from datetime import UTC, date, datetime

import numpy as np

from rmot.market import DataSource, FilterReport, OptionSurface, ParityFit, Smile
from rmot.models import RoughHeston

TRUTH = RoughHeston(
    hurst=0.12,
    vol_of_vol=0.4,
    correlation=-0.65,
    initial_variance=0.04,
    mean_reversion=0.3,
    long_run_variance=0.06,
)
MATURITIES = (0.08, 0.25, 0.5)


def surface_of(model, maturities=MATURITIES, strikes=15, spread=0.002, noise=None):
    """Return a surface of a model's volatilities, with Gaussian noise of half the spread."""
    slices = []
    for maturity in maturities:
        width = 1.8 * 0.2 * np.sqrt(maturity)
        k = np.linspace(-width, 0.7 * width, strikes)
        middle = model.implied_volatility(k, maturity)
        if noise is not None:
            middle = middle + noise.normal(0, spread / 2, strikes)
        nothing = np.full(strikes, np.nan)
        slices.append(
            Smile(
                expiry=date(2030, 1, 1),
                settlement="PM",
                maturity=maturity,
                forward=1.0,
                discount_factor=1.0,
                strike=np.exp(k),
                log_moneyness=k,
                bid_price=nothing,
                ask_price=nothing,
                call_price=nothing,
                bid_volatility=middle - spread / 2,
                ask_volatility=middle + spread / 2,
                implied_volatility=middle,
                parity=ParityFit.__new__(ParityFit),
            )
        )
    return OptionSurface(
        "TEST",
        datetime(2029, 1, 1, tzinfo=UTC),
        tuple(slices),
        FilterReport(()),
        DataSource("test", "0" * 64, "unregistered"),
    )
