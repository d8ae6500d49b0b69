"""The smile of one asset of an alpha model beside those of its one-dimensional equivalents."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rmot.artifact.data_digest import data_digest
from rmot.spread.alpha.equivalents import equivalent_heston, equivalent_parameters
from rmot.spread.alpha.published.equivalents import printed_equivalent
from rmot.studies.alpha.examples import typical_asset
from rmot.studies.study import Config, main

MATURITIES = {"quick": (1.0, 10.0), "full": (1.0, 5.0, 10.0, 20.0)}
MATURITIES["deep"] = MATURITIES["full"]
STRIKES = {"quick": 7, "full": 25}
STRIKES["deep"] = STRIKES["full"]
WIDTH = 2.0
"""In deviations of the logarithm."""


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row a maturity, convention and strike of the asset of Figures 4 and 5."""
    asset = typical_asset()
    level = equivalent_parameters(asset).normal_volatility
    laws = {
        "logarithmic": equivalent_heston(asset, "logarithmic"),
        "price": equivalent_heston(asset, "price"),
        "printed": printed_equivalent(asset),
    }
    rows = []
    for maturity in MATURITIES[config.profile]:
        at = np.linspace(-WIDTH, WIDTH, STRIKES[config.profile])
        k = level * np.sqrt(maturity) * at
        exact = asset.implied_volatility(k, maturity)
        for convention, law in laws.items():
            found = law.implied_volatility(k, maturity)
            columns = {"deviations": at, "log_moneyness": k, "exact": exact, "volatility": found}
            rows.append(pd.DataFrame(columns).assign(maturity=maturity, convention=convention))
    table = pd.concat(rows, ignore_index=True)
    return table.assign(data="printed", data_sha256=data_digest(asset, MATURITIES, STRIKES, WIDTH))


if __name__ == "__main__":
    main(run)
