"""The result tables of 003, the neural model of volatility, line by line beside ours."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pandas as pd

from rmot.studies.sources.lines import (
    NO_DATA,
    Line,
    Row,
    Tables,
    Told,
    half,
    kind,
    main,
    matching,
    only,
    table_of,
)
from rmot.studies.sources.neural_market import (
    market_quantities,
    parameters,
    points,
    roughness,
    spoken,
)

SOURCE = "003"
FIT, PRICES, ABLATION = (f"Key results, {name}" for name in ("fit", "prices", "ablation"))
VERIFIED, IMPACT = "Phase 8", "Phase 9"
STATISTICS = {
    "mean_variance": "mean_variance",
    "median_variance": "median_variance",
    "kurtosis": "marginal_kurtosis",
    "hurst": "path_hurst",
    "acf_1": "path_autocorrelation",
}
MODELS = {"neural": "printed", "bergomi": "rough"}
MEANS = "later sessions of hourly bars, mean over draws of the model trained anew"
BAND = "hourly sessions after the training years; half of the 95% band of resampled days"
TRAINED = "trained anew as printed on hourly bars; later sessions, deviation of draws"


def run(tables: Tables) -> pd.DataFrame:
    """Return the lines of all result tables.

    Parameters
    ----------
    tables : dict of str to DataFrame
        What is printed, by ``"003_fit"`` and the like, and ours by the names of its files.
    """
    statistics, scores = tables["published_statistics"], tables["published_scores"]
    market, robustness = tables["published_market"], tables["published_robustness"]
    return table_of(
        SOURCE,
        [
            *_fit(tables["003_fit"], statistics, scores),
            *_prices(tables),
            *parameters(tables["003_parameters"], market, robustness),
            *_ablation(tables["003_ablation"], statistics, scores),
            *market_quantities(tables["003_market"], market),
            *roughness(tables["003_hurst"], robustness),
            *_verified(tables["003_roughness"], statistics, scores),
            *_impact(tables["003_impact"], statistics, scores),
            *points(tables["003_data"], market, robustness),
        ],
    )


def _fit(printed: pd.DataFrame, ours: pd.DataFrame, scores: pd.DataFrame) -> Iterator[Line]:
    for row in matching(printed):
        metric = str(row["metric"])
        if metric == "signature_correlation":
            yield _alike(FIT, metric, str(row["neural"]), scores)
            continue
        statistic = STATISTICS[metric]
        yield _real(
            FIT, metric, str(row["market"]), only(ours, statistic=statistic, model="printed")
        )
        for column, model in MODELS.items():
            own = only(ours, statistic=statistic, model=model)
            value, error = float(own["value"]), float(own["deviation"])
            remark = TRAINED if column == "neural" else "rough Bergomi of the same sessions' starts"
            told: Told = {"data": str(own["data"]), "remark": remark}
            yield Line(FIT, spoken(metric), column, str(row[column]), value, error, **told)


def _real(item: str, metric: str, text: str, row: Row) -> Line:
    told: Told = {"data": str(row["data"]), "remark": BAND}
    error = half(row["low"], row["high"])
    return Line(item, spoken(metric), "market", text, float(row["real"]), error, **told)


def _alike(item: str, metric: str, text: str, scores: pd.DataFrame) -> Line:
    value = float(only(scores, model="printed")["signature_correlation"])
    remark = "over the components that its loss counts, each in its own deviations"
    return Line(item, spoken(metric), "neural", text, value, data=kind(scores), remark=remark)


def _prices(tables: Tables) -> Iterator[Line]:
    """Set root mean square errors beside ours, each expiry with a volatility of its own."""
    printed, ours = tables["003_pricing"], tables["published_pricing"]
    data, remark = kind(ours), "one initial volatility for each expiry"
    errors = {"neural_vix": _each(ours, "printed"), "black_scholes": _each(ours, "flat")}
    if "published_realised" in tables:
        errors["neural_rv"] = _each(tables["published_realised"], "realised")
    for row in matching(printed):
        name, text = str(row["model"]), str(row["rmse"])
        told: Told = {"unit": "% of volatility", "data": data, "remark": remark}
        if name not in errors:
            told["data"], told["remark"] = NO_DATA, "not trained in the quick profile"
        elif name == "neural_rv":
            told["remark"] = f"{remark}; weights of returns, which are not printed, are ours"
        yield Line(PRICES, spoken(name), "error", text, errors.get(name, math.nan), **told)
    gain = 100.0 * (1.0 - errors["neural_vix"] / errors["black_scholes"])
    text = str(only(tables["003_market"], quantity="improvement")["value"])
    less: Told = {"unit": "%", "data": data, "remark": remark}
    yield Line(PRICES, spoken("neural_vix"), "less than Black-Scholes", text, gain, **less)


def _each(table: pd.DataFrame, model: str) -> float:
    rows = matching(table, model=model, set="each")
    squares = [row["error"] ** 2 * row["quotes"] for row in rows]
    return 100.0 * math.sqrt(sum(squares) / sum(row["quotes"] for row in rows))


def _ablation(printed: pd.DataFrame, ours: pd.DataFrame, scores: pd.DataFrame) -> Iterator[Line]:
    """Set losses and gaps beside those of the model as printed and of its prior alone."""
    models = {"neural": "printed", "ornstein_uhlenbeck": "reverting"}
    for row in matching(printed):
        name = str(row["model"])
        model = models[name]
        loss = float(only(scores, model=model)["signature_loss"])
        hurst = only(ours, statistic="path_hurst", model=model)
        mean = only(ours, statistic="mean_variance", model=model)
        found = {
            "mmd": (loss, ""),
            "hurst_gap": (abs(float(hurst["value"] - hurst["real"])), ""),
            "mean_error": (100.0 * abs(float(mean["value"] / mean["real"]) - 1.0), "%"),
        }
        for column, (value, unit) in found.items():
            place = (ABLATION, spoken(name), spoken(column), str(row[column]))
            yield Line(*place, value, unit=unit, data=kind(scores), remark=MEANS)


def _verified(printed: pd.DataFrame, ours: pd.DataFrame, scores: pd.DataFrame) -> Iterator[Line]:
    """Set Phase 8's checks beside ours; the norm is that of time, whatever the paths."""
    for row in matching(printed):
        check = str(row["check"])
        if check == "signature_correlation":
            yield _alike(VERIFIED, check, str(row["neural"]), scores)
        elif check == "signature_norm":
            # the iterated integrals of time over [0, 1] alone: 1, 1/2, 1/6
            norm = math.sqrt(1.0 + 0.5**2 + (1.0 / 6.0) ** 2)
            remark = "of the components of time alone, over a horizon of one"
            for column in ("real", "neural"):
                yield Line(VERIFIED, spoken(check), column, str(row[column]), norm, remark=remark)
        else:
            own = only(ours, statistic="path_hurst", model="printed")
            yield _real(VERIFIED, check, str(row["real"]), own)
            value, error = float(own["value"]), float(own["deviation"])
            text = f"{row['neural']} +- {row['error']}"
            told: Told = {"data": str(own["data"]), "remark": TRAINED}
            yield Line(VERIFIED, spoken(check), "neural", text, value, error, **told)


def _impact(printed: pd.DataFrame, ours: pd.DataFrame, scores: pd.DataFrame) -> Iterator[Line]:
    """Set the model after the source's corrections beside ours; before them there is none."""
    model = {row["statistic"]: row["value"] for row in matching(ours, model="printed")}
    hurst = only(ours, statistic="path_hurst", model="printed")
    found = {
        "mean_variance": float(model["mean_variance"]),
        "kurtosis": float(model["marginal_kurtosis"]),
        "hurst_gap": abs(float(hurst["value"] - hurst["real"])),
        "signature_correlation": float(only(scores, model="printed")["signature_correlation"]),
    }
    # what is printed as kurtosis before is another statistic, of the data
    flat = float(matching(ours, statistic="flattened_kurtosis")[0]["real"])
    for row in matching(printed):
        metric = str(row["metric"])
        before: Told = {"remark": "the program before its corrections is not described"}
        if metric == "kurtosis":
            before = {"data": kind(ours), "remark": "of all real values flattened"}
        value = flat if metric == "kurtosis" else math.nan
        yield Line(IMPACT, spoken(metric), "before", str(row["before"]), value, **before)
        after: Told = {"data": kind(ours), "remark": MEANS}
        yield Line(IMPACT, spoken(metric), "after", str(row["after"]), found[metric], **after)


if __name__ == "__main__":
    main(run)
