"""Sharp bounds on a basket of SPX and NDX from the quotes of each alone, beside 001's Table 3.

The basket holds half of each index, in units of its forward; both settle at the open of
18 March 2022. No model and no correlation enters.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from rmot.artifact.files import read_csv
from rmot.artifact.formats import Column, fixed, latex_table
from rmot.market import OptionSurface
from rmot.market.registry import sha256
from rmot.payoffs import basket_call
from rmot.studies.index_quotes import quoted_surface
from rmot.studies.study import Config, main
from rmot.transport import Quotes, basket_bounds

EXPIRY = date(2022, 3, 18)
WEIGHTS = (0.5, 0.5)
# The lower bound's program grows with the product of both assets' quotes.
QUOTES_EACH = {"quick": 40, "full": 80, "deep": 160}


def run(config: Config) -> pd.DataFrame:
    """Tabulate bounds in units of the forward; inputs are both chains and ``published``."""
    published = read_csv(config.inputs["published"])
    smiles, sources = [], []
    for name in ("SPX", "NDX"):
        surface = quoted_slice(config, name)
        (smile,) = surface.slices
        smiles.append(smile)
        sources.append(surface.source)
    quotes = [Quotes.from_smile(smile) for smile in smiles]
    rows = []
    for row in published.to_dict("records"):
        found = basket_bounds(
            basket_call(WEIGHTS, row["moneyness"]), quotes=quotes, forwards=(1.0, 1.0)
        )
        rows.append(
            {
                "strike": row["moneyness"],
                "lower": found.lower,
                "upper": found.upper,
                "gap": found.gap,
                "published_lower": row["lower"],
                "published_upper": row["upper"],
                "published_sha256": sha256(config.inputs["published"]),
                "quotes": sum(len(side) for side in quotes),
                "data": " and ".join(sorted({source.kind for source in sources})),
                "data_sha256": " ".join(source.sha256 for source in sources),
            }
        )
    return pd.DataFrame(rows)


def quoted_slice(config: Config, name: str) -> OptionSurface:
    """Return the one slice of an index that the basket uses."""
    surface = quoted_surface(config, name).select(maturities=[EXPIRY], settlement="AM")
    return surface.thin(QUOTES_EACH[config.profile])


def printed(table: pd.DataFrame) -> str:
    """Set one row a strike."""

    def four(value: float) -> str:
        return fixed(value, 4)

    return latex_table(
        table,
        (
            Column("strike", "$K$", lambda value: fixed(value, 1)),
            Column("lower", "Sharp lower", four),
            Column("upper", "Sharp upper", four),
            Column("published_lower", "001 lower", four),
            Column("published_upper", "001 upper", four),
        ),
    )


if __name__ == "__main__":
    main(run, printed)
