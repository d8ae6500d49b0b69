"""Matrices side by side: six assets of a known factor model, and a portfolio of two names."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from figures import correlation_matrices
from figures.style import Request
from paper.quantities import equal_weight
from rmot.models import RoughFactorModel, RoughHeston, VarianceFactor
from rmot.studies.equal_weight import factor_fit, matrices
from rmot.studies.equal_weight.matrices import FACTORS, HISTORY, LEAST, MOST
from rmot.studies.study import Config
from rmot.studies.surfaces.portfolio import FIXED, FREE
from tests.calibration.surfaces import surface_of

NOISE = 0.002
ROUGH = VarianceFactor(
    hurst=0.1,
    vol_of_vol=1.5,
    correlation=-0.7,
    initial_variance=1.0,
    mean_reversion=factor_fit.FIXED["mean_reversion"],
    long_run_variance=1.4,
)
SMOOTH = replace(ROUGH, hurst=0.3, vol_of_vol=1.2, correlation=-0.3, long_run_variance=0.7)
LOADINGS = [[0.2, 0.06], [0.16, 0.12], [0.12, 0.16], [0.06, 0.2], [0.22, 0.15], [0.1, 0.05]]
TRUTH = RoughFactorModel(LOADINGS, (ROUGH, SMOOTH))
PAIRS = np.triu_indices(6, 1)


@pytest.fixture(scope="module")
def fit():
    drawn = np.random.default_rng(3)
    surfaces = {
        f"N{i}": surface_of(TRUTH.marginal(i), spread=2 * NOISE, noise=drawn, strikes=9)
        for i in range(6)
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(factor_fit, "NOISE", NOISE)
        return factor_fit.fit(surfaces, starts=2, seed=1)


@pytest.fixture
def config(tmp_path, fit):
    """The fit beside single-name models of about its volatilities, one of which failed."""
    rows = []
    for i in range(6):
        variance = float(np.sum(np.square(LOADINGS[i])))
        model = RoughHeston(
            hurst=0.2,
            vol_of_vol=0.4,
            correlation=-0.6,
            initial_variance=variance,
            mean_reversion=FIXED["mean_reversion"],
            long_run_variance=variance,
        )
        rows.append({"name": f"N{i}", **{name: getattr(model, name) for name in FREE}})
    table = pd.DataFrame(rows).assign(data="drawn", data_sha256="ab", failure=np.nan)
    table["failure"] = [np.nan] * 5 + ["no quotes"]
    table.to_csv(tmp_path / "portfolio.csv", index=False)
    fit.save(tmp_path / "fit.json")
    inputs = {
        name: tmp_path / f"{name}.{kind}" for name, kind in (("portfolio", "csv"), ("fit", "json"))
    }
    return Config("quick", inputs, seed=1)


def test_correlations_behind_noisy_quotes_are_found_within_their_errors(fit):
    found = fit.correlation(0.5)[PAIRS] - TRUTH.correlation(0.5)[PAIRS]
    covariance = fit.correlation_covariance(0.5)
    # fifteen correlations of six directions: where information lies, their distance is chi-squared
    values, vectors = np.linalg.eigh(covariance)
    held = values > 1e-6 * values[-1]
    score = float(np.sum((vectors[:, held].T @ found) ** 2 / values[held]))
    count = int(held.sum())
    assert score < count + 4 * np.sqrt(2 * count)
    # with two factors a correlation is the cosine of an angle, in which errors near one are even
    ours, truth = (np.arccos(one.correlation(0.5)[PAIRS]) for one in (fit, TRUTH))
    of_angle = fit.correlation_errors(0.5)[PAIRS] / np.sin(ours)
    assert np.all(np.abs(ours - truth) <= 4 * of_angle)
    # and they are known well enough for that to say something
    assert fit.correlation_errors(0.5)[PAIRS].max() < 0.25
    degrees = fit.residuals.size - len(fit.free)
    assert fit.reduced_chi_squared == pytest.approx(1.0, abs=4 * np.sqrt(2 / degrees))


def test_every_source_has_a_row_for_each_pair_of_names_that_were_fitted(config, fit):
    table = matrices.run(config)
    counts = table.groupby("source").size()
    assert set(counts) == {10}
    names, matrix = matrices.matrix_of(table, FACTORS)
    assert names == [f"N{i}" for i in range(5)]
    assert matrix == pytest.approx(fit.correlation(fit.longest)[:5, :5], abs=1e-12)
    least, most = (matrices.matrix_of(table, source)[1] for source in (LEAST, MOST))
    assert np.all(least <= most)
    rows = matrices.summary(table).set_index("source")
    assert rows.loc[HISTORY, "least"] <= rows.loc[HISTORY, "average"] <= rows.loc[HISTORY, "most"]
    assert FACTORS in matrices.printed(table)
    made = {number.macro: number for number in equal_weight.matrices(table)}
    assert made["EqualMatrixNames"].value == 5
    assert made["EqualMatrixFree"].value == len(fit.free)
    figure = correlation_matrices.draw(Request("quick", (table,)))
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == names


def test_a_name_without_a_history_has_none_invented(config, tmp_path):
    days = pd.bdate_range("2025-06-02", "2026-07-10").strftime("%Y-%m-%d")
    drawn = np.random.default_rng(5)
    for name in ("N0", "N1", "N3"):
        closes = 100.0 * np.exp(0.01 * np.cumsum(drawn.standard_normal(len(days))))
        path = tmp_path / f"{name}.csv"
        pd.DataFrame({"Date": days, "Close": closes}).to_csv(path, index=False)
        config.inputs[f"history_{name}"] = path
    table = matrices.run(config)
    assert set(table["missing"]) == {"N2 N4"}
    _, past = matrices.matrix_of(table, HISTORY)
    held = [0, 1, 3]
    assert np.isfinite(past[np.ix_(held, held)]).all()
    assert np.isfinite(past).sum() == 9 + 2
