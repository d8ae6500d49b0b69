"""The level in a chain's file, and what its options imply, against closes known otherwise."""

from __future__ import annotations

import pandas as pd

from rmot.artifact.data_digest import data_digest
from rmot.market import OptionChain
from rmot.market.registry import describe
from rmot.studies.study import Config, main
from rmot.studies.trading.closes import parity_level, seen_after_close
from rmot.studies.trading.markets import chains_of, closes_of
from rmot.studies.trading.synthetic_markets import synthetic_markets


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row a chain of American options that has a close; inputs as the trades have."""
    chains = chains_of(config.inputs)
    if not chains:
        # drawn markets are settled at what they are: nothing is to be told
        rows = [
            {"day": market.traded.isoformat(), "name": market.name, "close": 1.0}
            | {"file": 1.0, "implied": 1.0, "half_width": 0.0}
            for market in synthetic_markets(1, config.seed)
        ]
        return pd.DataFrame(rows).assign(data="synthetic", data_sha256=data_digest([config.seed]))
    told = {key: chain for key, chain in chains.items() if _is_close(chain)}
    closes = closes_of(config.inputs, told)
    rows = []
    for (day, name), chain in chains.items():
        known = closes.at(name, day)
        if known is None or _is_close(chain):
            continue
        implied = parity_level(chain)
        source = describe(config.inputs[f"{day}/{name}"])
        rows.append(
            {
                "day": day.isoformat(),
                "name": name,
                "close": known.price,
                "file": chain.spot,
                "implied": implied.price,
                "half_width": implied.error,
                "data": source.kind,
                "data_sha256": source.sha256,
            }
        )
    return pd.DataFrame(rows)


def _is_close(chain: OptionChain) -> bool:
    return chain.exercise == "european" or seen_after_close(chain)


if __name__ == "__main__":
    main(run)
