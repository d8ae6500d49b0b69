"""A small market: two rough Heston assets, quoted around their own prices."""

import numpy as np
import pandas as pd
import pytest

from rmot.dependence import historical_correlation
from rmot.models import RoughFactorModel, RoughHeston, VarianceFactor
from rmot.payoffs import call
from rmot.studies.capital import charges, sensitivity
from rmot.studies.capital.books import INDICES
from rmot.studies.capital.markets import Market
from rmot.transport import (
    Quotes,
)


@pytest.fixture(scope="module")
def market():
    """Two rough Heston assets, quoted around their own prices, with a past of a year."""
    models = [
        RoughHeston(
            hurst=h,
            vol_of_vol=0.4,
            correlation=-0.6,
            initial_variance=v**2,
            mean_reversion=0.3,
            long_run_variance=v**2,
        )
        for h, v in ((0.1, 0.2), (0.2, 0.3))
    ]
    strikes, maturity = np.array([0.9, 0.95, 1.0, 1.05, 1.1]), 0.12
    quotes = []
    for model in models:
        fair = model.call_price(np.log(strikes), maturity)
        quotes.append(Quotes([call(k) for k in strikes], 0.998 * fair, 1.004 * fair))
    factors = RoughFactorModel(
        [[0.2, 0.05], [0.25, 0.15]],
        [
            VarianceFactor(
                hurst=h,
                vol_of_vol=0.4,
                correlation=-0.6,
                initial_variance=1.0,
                mean_reversion=0.5,
                long_run_variance=1.0,
            )
            for h in (0.1, 0.3)
        ],
    )
    generator = np.random.default_rng(4)
    normals = generator.multivariate_normal([0, 0], [[1, 0.8], [0.8, 1]], 400)
    returns = pd.DataFrame(0.01 * normals, columns=list(INDICES.assets)).assign(VIX=0.0)
    returns.index = pd.bdate_range("2020-01-01", periods=400)
    past = historical_correlation(normals[-252:], seed=1)
    return Market(
        INDICES.assets,
        maturity,
        quotes,
        (0.2, 0.3),
        models,
        factors,
        past,
        returns,
        "2021-07-13",
        "synthetic",
        "00",
    )


@pytest.fixture(scope="module")
def small(market):
    """The market's joint law of few points."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (charges, sensitivity):
            patch.setitem(module.POINTS, "quick", 1 << 11)
        yield market
