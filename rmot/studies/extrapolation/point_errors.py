"""How far predictions are from quotes not seen: by model, half-width, wing and distance.

All competitors are judged on the same quotes. The law nearest to a prior, which meets the quotes
shown, predicts too; where there is none, or a strike lies beyond its nodes, the prior's own
volatility stands for it. A volatility that a model does not have counts as zero.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from rmot.artifact.files import read_csv
from rmot.artifact.formats import Column, fixed, latex_table
from rmot.studies.extrapolation.choice import distance_to_interval
from rmot.studies.extrapolation.competitors import NEAREST, PRIORS, label
from rmot.studies.extrapolation.intervals import BALL
from rmot.studies.extrapolation.predictions import CALL, INSIDE, PUT
from rmot.studies.extrapolation.quotes import HELD_OUT_BEYOND
from rmot.studies.study import Config, main

ALL_CHAINS, ANY = "all", "any"
EDGES = (HELD_OUT_BEYOND, 0.2, 0.4, np.inf)
"""Of |log(K/F)|, between near, middle and far quotes."""
REACHES = ("near", "middle", "far")
_QUOTE = ["chain", "expiry", "settlement", "log_moneyness"]
INTERVALS, PRINTED = "intervals", "printed"
"""Names of inputs that are no chain's."""


def run(config: Config) -> pd.DataFrame:
    """Tabulate errors; inputs are the chains' predictions by name, and the intervals."""
    predictions = with_nearest(config)
    found = []
    for chain, here in [*predictions.groupby("chain", sort=False), (ALL_CHAINS, predictions)]:
        for (half_width, model), rows in here.groupby(["half_width", "model"], sort=False):
            inside = rows.loc[rows["wing"] == INSIDE]
            about = {
                "chain": chain,
                "half_width": half_width,
                "model": model,
                "free_parameters": int(rows.groupby("chain")["free_parameters"].first().sum()),
                "quotes_inside": len(inside),
                "inside_root_mean_square_error": _root_mean_square(inside),
                **data_of(rows),
            }
            found += [about | part for part in _by_reach(rows.loc[rows["wing"] != INSIDE])]
    return pd.DataFrame(found)


def with_nearest(config: Config) -> pd.DataFrame:
    """Return all predictions, with those of the laws nearest to the priors as further models."""
    others = (INTERVALS, PRINTED)
    chains = {name: path for name, path in config.inputs.items() if name not in others}
    predictions = pd.concat([read_csv(path) for path in chains.values()], ignore_index=True)
    intervals = read_csv(config.inputs[INTERVALS])
    balls = intervals.loc[intervals["kind"] == BALL]
    main_rows = predictions.loc[predictions["half_width"] == HELD_OUT_BEYOND]
    tables = [predictions]
    for key in PRIORS:
        own = main_rows.loc[(main_rows["model"] == key) & (main_rows["wing"] != INSIDE)]
        # the same at every radius
        nearest = balls.loc[balls["about"] == key].drop_duplicates(_QUOTE)[[*_QUOTE, "nearest"]]
        joined = own.merge(nearest, on=_QUOTE, how="inner", validate="one_to_one")
        volatility = joined["nearest"].fillna(joined["predicted_volatility"])
        joined = joined.assign(model=NEAREST + key, predicted_volatility=volatility)
        tables.append(joined.drop(columns="nearest"))
    return pd.concat(tables, ignore_index=True)


def data_of(rows: pd.DataFrame) -> dict[str, str]:
    """Return which data some rows rest on; synthetic if any is."""
    hashes = " ".join(sorted(set(rows["data_sha256"])))
    return {"data": sorted(set(rows["data"]))[-1], "data_sha256": hashes}


def _by_reach(rows: pd.DataFrame) -> Iterator[dict[str, object]]:
    distance = rows["log_moneyness"].abs().to_numpy()
    reach = np.array(REACHES)[np.searchsorted(EDGES[1:], distance)]
    for wing in (PUT, CALL, ANY):
        for name in (*REACHES, ANY):
            chosen = np.ones(len(rows), dtype=bool)
            if wing != ANY:
                chosen &= (rows["wing"] == wing).to_numpy()
            if name != ANY:
                chosen &= reach == name
            part = rows.loc[chosen]
            if part.empty:
                continue
            error = _errors(part)
            yield {
                "wing": wing,
                "reach": name,
                "quotes": len(part),
                "without_volatility": int(part["predicted_volatility"].isna().sum()),
                "root_mean_square_error": _root_mean_square(part),
                "median_error": float(np.median(np.abs(error))),
                "bias": float(np.mean(error)),
                "within_spread": float(np.mean(distance_to_interval(part) == 0.0)),
            }


def _errors(rows: pd.DataFrame) -> np.ndarray:
    predicted = np.nan_to_num(rows["predicted_volatility"].to_numpy())
    return predicted - rows["quoted_volatility"].to_numpy()


def _root_mean_square(rows: pd.DataFrame) -> float:
    return float(np.sqrt(np.mean(_errors(rows) ** 2))) if len(rows) else np.nan


def printed(table: pd.DataFrame) -> str:
    """Set one row a model, all chains together, volatilities in points."""
    rows = []
    here = table.loc[(table["chain"] == ALL_CHAINS) & (table["half_width"] == HELD_OUT_BEYOND)]
    for model, part in here.groupby("model", sort=False):
        cells = part.set_index(["wing", "reach"])
        error = cells["root_mean_square_error"]
        first = part.iloc[0]
        nearest = str(model).startswith(NEAREST)
        rows.append(
            {
                "label": label(str(model)),
                "free": None if nearest else str(first["free_parameters"]),
                "inside": first["inside_root_mean_square_error"],
                **{f"put_{reach}": error.get((PUT, reach), np.nan) for reach in REACHES},
                "put": error.get((PUT, ANY), np.nan),
                "call": error.get((CALL, ANY), np.nan),
                "median": cells["median_error"][ANY, ANY],
                "within": cells["within_spread"][ANY, ANY],
            }
        )

    def points(value: float) -> str:
        return fixed(100 * value, 2)

    columns = [
        Column("label", "Model", lambda text: rf"\text{{{text}}}", align="l"),
        Column("free", "$n$"),
        Column("inside", "inside", points),
        *(Column(f"put_{reach}", reach, points) for reach in REACHES),
        Column("put", "puts", points),
        Column("call", "calls", points),
        Column("median", "median", points),
        Column("within", "within", lambda share: fixed(100 * share, 0) + r"\,\%"),
    ]
    return latex_table(pd.DataFrame(rows), columns)


if __name__ == "__main__":
    main(run, printed)
