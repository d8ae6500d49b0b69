"""Every trade: a payoff sold at its upper bound or bought at its lower one, and hedged to expiry.

Amounts are undiscounted and per forward. The delta hedge takes the same premium and holds shares at
Black's delta, rehedged at daily closes where all are known; its volatility is the fitted model's at
the strike.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rmot.artifact.data_digest import data_digest
from rmot.errors import DataError, ParameterError, RmotError
from rmot.market import DataSource
from rmot.market.registry import describe
from rmot.models import RoughHeston
from rmot.payoffs import Payoff, basket_call
from rmot.studies.study import Config, main
from rmot.studies.trading.baskets import Basket, baskets, traded
from rmot.studies.trading.delta import delta_gain
from rmot.studies.trading.last_price_markets import last_price_markets
from rmot.studies.trading.markets import (
    CHAINS,
    LAST,
    LAST_PRICES,
    Market,
    chains_of,
    closes_of,
    markets,
)
from rmot.studies.trading.positions import all_bounds, book, fitted, least_of, prior_of
from rmot.studies.trading.synthetic_markets import synthetic_markets
from rmot.transport import Bounds, Quotes
from rmot.transport.orders.settling import settled_profit
from rmot.transport.orders.ticket import Side

DATES = {"quick": 6, "full": 20, "deep": 100}
"""Of synthetic markets."""
BASKET_CASE = "baskets"
CASES = ("chains", LAST, BASKET_CASE)

Row = dict[str, object]
Vector = NDArray[np.float64]

SIDES: tuple[Side, ...] = ("upper", "lower")


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row a trade; inputs are chains ``YYYY-MM-DD/NAME``, ``history/NAME``, ``last``.

    Cases: ``chains``, ``last`` (the table of last prices) and ``baskets`` (of the chains' names).

    Raises
    ------
    ParameterError
        Another case.
    DataError
        Nothing could be traded.
    """
    if config.case not in CASES:
        raise ParameterError(f"expected a case among {CASES}; got {config.case!r}")
    skipped: Counter[str] = Counter()
    offered, histories, sources = _offered(config, skipped)
    if config.case == BASKET_CASE:
        rows = list(basket_trades(baskets(offered, histories, skipped), config, skipped))
    else:
        rows = list(trades(offered, skipped))
    if not rows:
        raise DataError(f"expected quotes that can be traded and settled; skipped: {dict(skipped)}")
    digest = hashlib.sha256("".join(sorted(s.sha256 for s in sources)).encode()).hexdigest()
    return pd.DataFrame(rows).assign(
        case=config.case,
        markets=len(offered),
        # once a table is enough
        skipped=[
            "; ".join(f"{count} {reason}" for reason, count in skipped.most_common()),
            *[""] * (len(rows) - 1),
        ],
        data=" and ".join(sorted({source.kind for source in sources})),
        data_sha256=digest,
    )


def _offered(
    config: Config, skipped: Counter[str]
) -> tuple[list[Market], dict[str, pd.Series], list[DataSource]]:
    """Return what can be traded, the histories, and the files; without files, drawn markets."""
    if not config.inputs:
        source = DataSource("synthetic markets", data_digest([config.seed]), "synthetic")
        # the two cases' drawn markets differ
        last = config.case == LAST
        seed, group = (config.seed + 1, LAST_PRICES) if last else (config.seed, CHAINS)
        return list(synthetic_markets(DATES[config.profile], seed, group)), {}, [source]
    chains = chains_of(config.inputs)
    closes = closes_of(config.inputs, chains)
    sources = [describe(path) for path in config.inputs.values()]
    if config.case == LAST:
        found = last_price_markets(config.inputs[LAST], closes, config.profile, skipped)
    else:
        found = markets(chains, closes, skipped)
    return list(found), dict(closes.histories), sources


def trades(offered: Iterable[Market], skipped: Counter[str]) -> Iterator[Row]:
    """Yield the trades of each market; those that fail are counted by the kind of error."""
    # of each name, the model fitted last: the next search starts there
    fits: dict[str, RoughHeston] = {}
    for market in offered:
        try:
            rows = list(_of(market, fits))
        except RmotError as error:
            skipped[type(error).__name__] += 1
            continue
        yield from rows


def _of(market: Market, fits: dict[str, RoughHeston]) -> Iterator[Row]:
    choice = book(market.smile)
    quotes = choice.quotes
    model = fits[market.name] = fitted(market.surface, choice.hedges, fits.get(market.name))
    prior = prior_of(model, choice)
    least = least_of(prior, quotes)
    settled = np.array([market.settled])
    calibrated = None
    for target in choice.targets:
        strike = choice.smile.log_moneyness[[target.row]]
        volatility = float(model.implied_volatility(strike, market.smile.maturity)[0])
        gain = np.nan
        if market.path.size:
            gain = delta_gain(target.payoff, market.times, market.path, volatility)
        common = _common(market, market.name, target.name) | {
            "strike": float(np.exp(strike[0])),
            "least_radius": least,
            "settled": market.settled,
            "settled_by": market.settled_by,
        }
        listed = market.listed[:, choice.rows] if market.listed.size else None
        for method, bounds in all_bounds(target, quotes, prior, least, calibrated).items():
            calibrated = bounds.calibrated or calibrated
            yield from _sides(common, method, bounds, target.payoff, quotes, settled, gain, listed)


def basket_trades(
    offered: Iterable[Basket], config: Config, skipped: Counter[str]
) -> Iterator[Row]:
    """Yield the trades of each basket; those that fail are counted by the kind of error."""
    for basket in offered:
        try:
            found = traded(basket, config.profile, config.seed)
        except RmotError as error:
            skipped[type(error).__name__] += 1
            continue
        each = np.array([[market.settled for market in basket.markets]])
        payoff = basket_call(np.full(each.size, 1.0 / each.size), 1.0)
        name = "+".join(market.name for market in basket.markets)
        common = _common(basket.markets[0], name, basket.name) | {
            "strike": 1.0,
            "least_radius": found.least,
            "settled": float(each.mean()),
            "settled_by": " ".join(sorted({market.settled_by for market in basket.markets})),
        }
        for method, (bounds, quotes) in found.bounds.items():
            yield from _sides(common, method, bounds, payoff, quotes, each, found.gain, None)


def _common(market: Market, name: str, payoff: str) -> Row:
    return {
        "group": market.group,
        "name": name,
        "traded": market.traded.isoformat(),
        "expiry": market.smile.expiry.isoformat(),
        "maturity": market.smile.maturity,
        "payoff": payoff,
    }


def _sides(
    common: Row,
    method: str,
    bounds: Bounds,
    payoff: Payoff,
    quotes: Quotes,
    settled: Vector,
    gain: float,
    listed: Vector | None,
) -> Iterator[Row]:
    paid = float(payoff.value(settled)[0])
    for side in SIDES:
        premium, hedge = getattr(bounds, side), getattr(bounds, f"{side}_hedge")
        sign = 1.0 if side == "upper" else -1.0
        profit = float(settled_profit(bounds, payoff, quotes, settled, side)[0])
        saved = np.nan
        if listed is not None:
            # what the hedge costs as listed, against the intervals that the bound rests on
            bid, ask = listed - np.stack([quotes.bid, quotes.ask])
            crossed = np.where(sign * hedge.positions > 0, ask, bid)
            saved = -sign * float(hedge.positions @ crossed)
        yield common | {
            "method": method,
            "side": side,
            "premium": premium,
            "width": bounds.upper - bounds.lower,
            "price": bounds.price,
            "hedge_cost": hedge.cost,
            "gap": bounds.gap,
            "shortfall": hedge.shortfall,
            "paid": paid,
            "profit": profit,
            "listed_profit": profit + saved,
            "delta_profit": sign * (premium - paid + gain),
        }


if __name__ == "__main__":
    main(run)
