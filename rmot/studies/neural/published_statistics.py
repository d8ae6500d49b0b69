"""Paths of the source's model against later real ones, beside rivals and two nulls.

A statistic counts for a model where its paths fall within the band of the real ones (95%, blocks of
days resampled) and those of neither null do: what a null passes is handed on by the starts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rmot.artifact.formats import Column, latex_table, significant
from rmot.calibration.block_bootstrap import percentile_interval
from rmot.neural.jaxed import jax, jnp
from rmot.neural.published import rivals
from rmot.neural.published.losses import (
    PathKernel,
    SignatureTarget,
    discrepancy,
    mean_signature,
    path_kernel,
    signature_target,
    signature_terms,
)
from rmot.neural.published.printed import FIT
from rmot.neural.published.segments import Segments
from rmot.neural.published.statistics import (
    OF_LEVELS,
    STATISTICS,
    block_bootstrap,
    statistics,
)
from rmot.neural.published.training import generate
from rmot.studies.neural.published_data import (
    about,
    conditions_of,
    load_model,
    read_segments,
    variants,
)
from rmot.studies.study import Config, main

Vector = NDArray[np.float64]
Generator = Callable[[int], Vector]

REPEATS = {"quick": 4, "full": 16, "deep": 64}
DRAWS = {"quick": 100, "full": 500, "deep": 2000}
NULLS = ("frozen", "random_walk")
RIVALS = ("reverting", "rough", *NULLS)
LABELS = {
    "reverting": "Ornstein--Uhlenbeck",
    "rough": "rough Bergomi",
    "frozen": "null: frozen",
    "random_walk": "null: random walk",
    "later": "real, training years",
}
STATISTIC_LABELS = {
    "mean_variance": "mean of $V$",
    "median_variance": "median of $V$",
    "marginal_kurtosis": "kurtosis, by bar",
    "flattened_kurtosis": "kurtosis, flattened",
    "path_hurst": "$H$, by path",
    "path_autocorrelation": "autocorrelation, by path",
    "vol_of_variance": r"volatility of $\log V$",
    "change_kurtosis": "kurtosis of changes",
    "change_autocorrelation": "autocorr. of changes",
    "clustering": "autocorr. of their sizes",
    "persistence": "slope of last in first",
    "pooled_hurst": "$H$, pooled",
}


def generators(config: Config, fitted: Segments, test: Segments) -> dict[str, Generator]:
    """Return, by name, what draws paths from the test segments' starts with a seed."""
    steps = fitted.steps
    deviation = float(np.sqrt((np.diff(fitted.log_variance, axis=1) ** 2 / steps).mean()))
    found: dict[str, Generator] = {}
    for name, variant in variants(config.profile).items():
        model, given = load_model(config, name), conditions_of(variant, config, test)
        found[name] = lambda seed, model=model, given=given: generate(model, test, seed, given)
    found["reverting"] = lambda seed: rivals.mean_reverting(test, deviation, seed)
    found["rough"] = lambda seed: rivals.rough(test, deviation, seed)
    found["frozen"] = lambda _: rivals.frozen(test)
    found["random_walk"] = lambda seed: rivals.random_walk(test, deviation, seed)
    return found


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row a statistic and model, and of each model its scores.

    ``value`` is the mean over draws of as many paths as there are real ones, ``deviation`` theirs.
    """
    fitted, _, test = read_segments(config)
    real = statistics(test.log_variance, test.steps)
    bands = _bands(test, DRAWS[config.profile], config.seed)
    drawn = {
        name: [draw(config.seed + at) for at in range(REPEATS[config.profile])]
        for name, draw in generators(config, fitted, test).items()
    }
    samples = {
        name: [statistics(paths, test.steps) for paths in repeats]
        for name, repeats in drawn.items()
    }
    measured = {name: _mean(found) for name, found in samples.items()}
    rows = []
    for statistic in STATISTICS:
        low, high = bands[statistic]
        within = {name: bool(low <= one[statistic] <= high) for name, one in measured.items()}
        null_passes = any(within[name] for name in NULLS)
        printed = FIT.get(statistic)
        for name, one in measured.items():
            rows.append(
                {
                    "statistic": statistic,
                    "of": "levels" if statistic in OF_LEVELS else "changes",
                    "model": name,
                    "value": one[statistic],
                    "deviation": _deviation([each[statistic] for each in samples[name]]),
                    "real": real[statistic],
                    "low": low,
                    "high": high,
                    "within": within[name],
                    "null_passes": null_passes,
                    "evidence": within[name] and not null_passes,
                    "printed_real": np.nan if printed is None else printed.market,
                    "printed_neural": np.nan if printed is None else printed.neural,
                    "segments": len(test),
                    **about(test.source),
                }
            )
    return pd.DataFrame(rows)


def scores(config: Config) -> pd.DataFrame:
    """Tabulate a row a model: its losses on the test segments, and how it foretells their ends.

    `later` is the real training segments in a model's place: what another time does to a distance.
    """
    fitted, _, test = read_segments(config)
    target, kernel = signature_target(test.variance, test.times), path_kernel(test.log_variance)
    weight = np.asarray(target.weight)
    of_real = np.sqrt(weight) * np.asarray(target.mean)
    repeats = REPEATS[config.profile]
    times, rows = test.times[:1], []

    def row(name: str, samples: list[Vector], score: float) -> None:
        found = [_measured(target, kernel, paths, test.log_variance, times) for paths in samples]
        loss, penalty, distances, means = (np.array(one) for one in zip(*found, strict=True))
        alike = [_correlation(np.sqrt(weight) * mean, of_real, weight > 0) for mean in means]
        rows.append(
            {
                "model": name,
                "signature_loss": float(loss.mean()),
                "mean_penalty": float(penalty.mean()),
                "signature_correlation": float(np.mean(alike)),
                "discrepancy": float(np.mean(distances)),
                "discrepancy_error": float(np.std(distances) / np.sqrt(len(samples))),
                "ranked_probability_score": score,
                "counted_components": int((weight > 0).sum()),
                **about(test.source),
            }
        )

    row("later", [fitted.log_variance], float("nan"))
    last = test.log_variance[:, -1]
    for name, draw in generators(config, fitted, test).items():
        samples = [draw(config.seed + at) for at in range(repeats)]
        ends = np.stack([paths[:, -1] for paths in samples])
        row(name, samples, rivals.ranked_probability_score(ends, last))
    return pd.DataFrame(rows)


@jax.jit
def _measured(
    target: SignatureTarget, kernel: PathKernel, paths: Any, real: Any, times: Any
) -> tuple[jax.Array, ...]:
    variance = jnp.exp(paths)
    terms = signature_terms(target, variance, times)
    return *terms, discrepancy(kernel, paths, real), mean_signature(variance, times)


def _correlation(first: Vector, second: Vector, counted: NDArray[np.bool_]) -> float:
    """Return the correlation over components, NaN where paths that never move make all equal."""
    one, two = first[counted], second[counted]
    return float(np.corrcoef(one, two)[0, 1]) if one.std() > 0 and two.std() > 0 else float("nan")


def _bands(test: Segments, draws: int, seed: int) -> dict[str, tuple[float, float]]:
    def measure(rows: NDArray[np.intp]) -> Vector:
        found = statistics(test.log_variance[rows], test.steps[rows])
        return np.array([found[name] for name in STATISTICS])

    sampled = block_bootstrap(measure, len(test), draws, np.random.default_rng(seed))
    return {name: percentile_interval(sampled[:, at]) for at, name in enumerate(STATISTICS)}


def _mean(found: list[dict[str, float]]) -> dict[str, float]:
    return {name: float(np.mean([one[name] for one in found])) for name in STATISTICS}


def _deviation(found: list[float]) -> float:
    return float(np.std(found, ddof=1)) if len(found) > 1 else float("nan")


def printed(table: pd.DataFrame) -> str:
    """Set a row a statistic, a star where a model is within the real band, the nulls last."""
    shown = [name for name in ("printed", "mended", *RIVALS) if name in set(table["model"])]
    rows = []
    for statistic, group in table.groupby("statistic", sort=False):
        by_model = group.set_index("model")
        first = group.iloc[0]
        row = {
            "statistic": STATISTIC_LABELS[str(statistic)],
            "real": rf"{_short(first['real'])}\;[{_short(first['low'])}, {_short(first['high'])}]",
        }
        for name in shown:
            value, within = by_model.loc[name, ["value", "within"]]
            row[name] = "--" if np.isnan(value) else _short(value) + ("^*" if within else "")
        rows.append(row)
    heads = {"printed": "as printed", "mended": "mended", "reverting": "OU", "rough": "rough"}
    heads |= {"frozen": "frozen", "random_walk": "walk"}
    return latex_table(
        pd.DataFrame(rows),
        (
            Column("statistic", "", lambda text: rf"\text{{{text}}}", align="l"),
            Column("real", "real", str),
            *(Column(name, heads[name], str) for name in shown),
        ),
    )


def _short(value: float) -> str:
    return significant(value, 2 if abs(value) < 10 else 3)


if __name__ == "__main__":
    main(run, printed)
