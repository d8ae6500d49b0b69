"""Calls on half of each of two assets, by Fourier inversion and by simulation, and what they imply.

The implied correlation of a strike is that which the variances of basket and assets at the same
log-moneyness leave: (sigma_B^2 - w_1^2 sigma_1^2 - w_2^2 sigma_2^2) / (2 w_1 w_2 sigma_1 sigma_2).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from rmot.numerics import implied_volatility_otm
from rmot.spread import basket_call_price, simulated_basket_call
from rmot.studies.factors.assets import source, two_assets
from rmot.studies.study import Config, main

WEIGHTS = (0.5, 0.5)
MATURITIES = (1 / 12, 0.25, 1.0)
# in standard deviations of the first asset
_STRIKES = {"quick": 5, "full": 13, "deep": 13}
_WIDEST = 1.6
_PATHS = {"quick": 2**12, "full": 2**15, "deep": 2**18}


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row a maturity and strike; prices are undiscounted, forwards 1."""
    assets = two_assets()
    rows = []
    for maturity in MATURITIES:
        scale = assets.deviations(maturity)[0]
        k = np.linspace(-_WIDEST, _WIDEST, _STRIKES[config.profile]) * scale
        exact = basket_call_price(assets, WEIGHTS, np.exp(k), maturity)
        drawn = simulated_basket_call(
            assets,
            WEIGHTS,
            np.exp(k),
            maturity,
            n_paths=_PATHS[config.profile],
            seed=config.seed,
        )
        volatility = implied_volatility_otm(exact.price + np.expm1(np.minimum(k, 0.0)), k, maturity)
        legs = [assets.marginal(i).implied_volatility(k, maturity) for i in range(2)]
        parts = [w * leg for w, leg in zip(WEIGHTS, legs, strict=True)]
        implied = volatility**2 - parts[0] ** 2 - parts[1] ** 2
        rows.append(
            pd.DataFrame(
                {
                    "maturity": maturity,
                    "log_moneyness": k,
                    "price": exact.price,
                    "price_error": exact.error,
                    "simulated": drawn.price,
                    "simulated_error": drawn.error,
                    "volatility": volatility,
                    "first_volatility": legs[0],
                    "second_volatility": legs[1],
                    "implied_correlation": implied / (2.0 * parts[0] * parts[1]),
                    "expected_correlation": assets.correlation(maturity)[0, 1],
                }
            )
        )
    return pd.concat(rows, ignore_index=True).assign(**source())


if __name__ == "__main__":
    main(run)
