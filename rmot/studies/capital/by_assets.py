"""What a billion of calls on equal baskets is charged by the number of assets (002's Figure 13).

Names, laws and quotes are those of `rmot.studies.equal_weight`: three months, at the money and five
per cent above, each name quoted by a few calls at the prices of its fitted law. The stress needs
one past of all names in a basket, which starts with the youngest of them.
"""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rmot.artifact.files import read_csv
from rmot.dependence import HistoricalCorrelation, aligned_returns, flat_prices
from rmot.market import read_history
from rmot.market.histories import History
from rmot.models import BlackScholes, RoughHeston
from rmot.studies.capital import methods
from rmot.studies.capital.books import Book, equal_parts
from rmot.studies.capital.markets import GAUSSIAN, drawn_returns
from rmot.studies.capital.ranges import Ranges, tabulate
from rmot.studies.capital.stress import BASE_HORIZON, INDEX, moves_of, revalued, worst
from rmot.studies.equal_weight.joint_law import CLOSE, PREFIX, fitted, past
from rmot.studies.equal_weight.widths import MIDDLE, POINTS, RADIUS, STRIKES, bounded
from rmot.studies.study import Config, main
from rmot.transport import smile_quantile

Vector = NDArray[np.float64]

SIZES = {"quick": (2, 3, 4), "full": (2, 3, 5, 10, 20, 28), "deep": (2, 3, 5, 10, 15, 20, 24, 28)}

DRAWS = {"quick": 2, "full": 3, "deep": 8}
"""Choices of so many names: the first in the portfolio's order, the others at random."""


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row for each number of names, method, side and basis.

    Inputs are ``portfolio``, ``history_NAME`` and the volatility index, where there are some.
    """
    models = fitted(config)
    before = past(config, list(models))
    histories = _histories(config, list(models))
    # All there are, where the largest size is not reached.
    sizes = sorted({min(size, len(models)) for size in SIZES[config.profile]})
    generator = np.random.default_rng(config.seed)
    orders = [generator.permutation(len(models)) for _ in range(DRAWS[config.profile] - 1)]
    orders.insert(0, np.arange(len(models)))
    tables = []
    for size in sizes:
        # All names at once are one choice.
        for draw, order in enumerate(orders if size < len(models) else orders[:1]):
            print(f"{size} names, choice {draw + 1}", file=sys.stderr)
            ranks = np.sort(order[:size])
            names = [list(models)[rank] for rank in ranks]
            book = equal_parts(tuple(names), STRIKES)
            found = _ranges(
                book, [models[name] for name in names], of(before, ranks), histories, config
            )
            rows = tabulate(book, found, found[0].price, by_strike=False)
            tables.append(rows.assign(names=size, choice=draw))
    table = read_csv(config.inputs["portfolio"]).set_index("name").loc[list(models)]
    return pd.concat(tables, ignore_index=True).assign(
        data=" and ".join(sorted(set(table["data"]))),
        data_sha256=" ".join(table["data_sha256"]),
    )


def of(before: HistoricalCorrelation, ranks: NDArray[np.intp]) -> HistoricalCorrelation:
    """Return the correlations of some of the assets."""
    place = np.ix_(ranks, ranks)
    pairs = before.correlation[place][np.triu_indices(ranks.size, 1)]
    return replace(
        before,
        correlation=before.correlation[place],
        lower=before.lower[place],
        upper=before.upper[place],
        average=float(pairs.mean()),
    )


def _ranges(
    book: Book,
    models: list[RoughHeston],
    before: HistoricalCorrelation,
    histories: dict[str, History],
    config: Config,
) -> list[Ranges]:
    rows = pd.DataFrame(list(bounded(models, before.correlation, MIDDLE, config)))
    price = rows["price"].to_numpy(dtype=float)
    low, high, gap = (
        rows[f"classical_{name}"].to_numpy(dtype=float) for name in ("lower", "upper", "gap")
    )
    moves = moves_of(
        _returns(histories, config, list(book.assets)), list(book.assets), BASE_HORIZON
    )
    changes = revalued(book.weights, book.strikes, price, MIDDLE, moves) - price
    unknown = np.full_like(price, np.nan)
    ball = Ranges(
        methods.ball_name(GAUSSIAN, f"{RADIUS:g}"),
        methods.ball_assumptions(GAUSSIAN, f"{RADIUS:g}"),
        rows["lower"].to_numpy(dtype=float),
        price,
        rows["upper"].to_numpy(dtype=float),
        rows["sampling_error"].to_numpy(dtype=float),
        RADIUS,
    )
    return [
        methods.sharp_range(low, price, high, gap),
        *_flat(book, models, before, config),
        methods.past_range(methods.WORST[10], moves.source, price, worst(changes), unknown),
        ball,
    ]


def _flat(
    book: Book, models: list[RoughHeston], before: HistoricalCorrelation, config: Config
) -> list[Ranges]:
    """Return Black-Scholes prices under one correlation of all pairs: of the past, and any.

    The past's interval has the means of all pairs' lower and upper ends.
    """
    laws = [
        smile_quantile(
            BlackScholes(volatility=float(model.implied_volatility(np.zeros(1), MIDDLE)[0])), MIDDLE
        )
        for model in models
    ]
    curve = flat_prices(
        book.weights, book.strikes, laws, seed=config.seed, n_points=POINTS[config.profile]
    )
    pairs = np.triu_indices(len(models), 1)
    interval = float(before.lower[pairs].mean()), float(before.upper[pairs].mean())
    found = []
    for method, ends, said in (
        (methods.BLACK_PAST, interval, "the past's interval"),
        (methods.BLACK_ANY, curve.ends, "any flat one"),
    ):
        low, high = (max(end, curve.ends[0]) for end in ends)
        error = np.maximum(curve.price_error(low), curve.price_error(high))
        least, price, most = np.sort(
            [curve.price(at) for at in (low, before.average, high)], axis=0
        )
        assumed = f"Gaussian copula, one volatility an asset, one correlation of all pairs: {said}"
        found.append(Ranges(method, assumed, least, price, most, error))
    return found


def _histories(config: Config, names: list[str]) -> dict[str, History]:
    """Read what there is of the names and of the volatility index."""
    files = {name: config.inputs.get(PREFIX + name) for name in names}
    files[INDEX] = config.inputs.get(INDEX)
    return {name: read_history(path) for name, path in files.items() if path is not None}


def _returns(histories: dict[str, History], config: Config, names: list[str]) -> pd.DataFrame:
    if any(name not in histories for name in names):
        return drawn_returns(names, config.seed)
    chosen = {name: histories[name] for name in (*names, INDEX) if name in histories}
    return aligned_returns(chosen, end=CLOSE)


if __name__ == "__main__":
    main(run)
