"""Certificates of the classical bounds on the index quotes, in the units that the exchange lists.

Case ``price``: the call and the digital of `rmot.studies.price_bounds`, both sides. Case
``basket``: the upper bounds of `rmot.studies.index_basket`. Each hedge is in rationals, priced at
the bids and asks of the chain's file, and `proofs_check/verify.py` checks it from these alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from rmot.artifact.files import read_csv
from rmot.artifact.programs import reported
from rmot.errors import ParameterError
from rmot.market import read_chain
from rmot.payoffs import basket_call, call, digital
from rmot.studies import index_basket, price_bounds
from rmot.studies.index_quotes import quoted_surface
from rmot.studies.study import Config, parse
from rmot.transport import ExactHedge, exact_hedge, listed_smile, save_hedges


def run(config: Config) -> list[ExactHedge]:
    """Make the hedges of a case; inputs are the chains, and ``published`` for the basket.

    Raises
    ------
    ParameterError
        The case is neither ``price`` nor ``basket``.
    """
    cases = {"price": _prices, "basket": _baskets}
    if config.case not in cases:
        raise ParameterError(f"expected a case among {', '.join(cases)}; got {config.case!r}")
    return cases[config.case](config)


def _prices(config: Config) -> list[ExactHedge]:
    (smile,) = quoted_surface(config, "SPX").select(maturities=[price_bounds.EXPIRY]).slices
    listed = listed_smile(read_chain(config.inputs["SPX"]), smile)
    makers = {"call": call, "digital": digital}
    return [
        exact_hedge(makers[name](strike * smile.forward), listed, side)
        for name, strike in price_bounds.STRIKES.items()
        for side in ("lower", "upper")
    ]


def _baskets(config: Config) -> list[ExactHedge]:
    assets, weights = [], []
    for name, weight in zip(("SPX", "NDX"), index_basket.WEIGHTS, strict=True):
        (smile,) = index_basket.quoted_slice(config, name).slices
        assets.append(listed_smile(read_chain(config.inputs[name]), smile))
        weights.append(weight / smile.forward)
    strikes = read_csv(config.inputs["published"])["moneyness"]
    return [exact_hedge(basket_call(weights, float(strike)), assets) for strike in strikes]


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the certificates: ``--case price|basket --input NAME=PATH ... --output NAME.json``."""
    config, output = parse(arguments)
    with reported():
        save_hedges(output, run(config))


if __name__ == "__main__":
    main()
