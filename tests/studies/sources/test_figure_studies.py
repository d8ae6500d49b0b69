"""What stands behind the figures that are drawn again, on small surfaces of known truth."""

from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from figures import far_quotes as far_figure
from figures import fund_smiles as fund_figure
from figures import recovered_hurst, recovered_pairs
from figures import search_paths as search_figure
from figures import spectra as spectra_figure
from figures import width_by_maturity as width_figure
from figures.style import Request
from paper.quantities import source_figures
from rmot.calibration import calibrate
from rmot.calibration.design import Design, designed_smiles, volatility_noise
from rmot.errors import DataError, MissingData
from rmot.market.synthetic_surface import synthetic_surface
from rmot.models import BlackScholes, RoughHeston
from rmot.numerics.discrete import Prior
from rmot.studies.index_fit import FIXED
from rmot.studies.sources import (
    far_quotes,
    fund_smiles,
    recovery_by_strikes,
    search_paths,
    spectra,
    width_by_maturity,
)
from rmot.studies.sources.width_by_maturity import NOISE, exponent, quoted
from rmot.studies.study import Config
from rmot.studies.surfaces.portfolio import FREE

TRUTH = RoughHeston(
    hurst=0.12,
    vol_of_vol=0.4,
    correlation=-0.65,
    initial_variance=0.04,
    mean_reversion=0.3,
    long_run_variance=0.06,
)


@pytest.fixture(scope="module")
def surface():
    design = Design(12, 0.2, (1 / 12, 1 / 4, 1 / 2), volatility_noise(0.002))
    return synthetic_surface(designed_smiles(TRUTH, design), np.random.default_rng(1))


@pytest.fixture(scope="module")
def fitted(surface, tmp_path_factory):
    fit = calibrate(RoughHeston, surface, fixed=FIXED, start=TRUTH)
    path = tmp_path_factory.mktemp("fits") / "fit.json"
    fit.save(path)
    return fit, path


@pytest.fixture(scope="module")
def searched(surface, fitted):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search_paths, "quoted_surface", lambda config, name: surface)
        return search_paths.run(Config("quick", {"SPX_fit": fitted[1]}))


def test_searches_from_all_starts_end_at_the_fit(searched, fitted):
    fit, _ = fitted
    assert search_paths.optima(searched) == 1
    last = searched.groupby(["start", "parameter"]).last()
    assert len(last.index.unique(0)) == 3
    for (_, name), row in last.iterrows():
        if name != search_paths.LEAST:
            assert row["value"] == pytest.approx(
                fit.parameter(name), abs=0.05 * fit.misfit_standard_errors[name]
            )
    assert set(searched["parameter"]) == {*fit.free, search_paths.LEAST}


def test_optima_are_told_apart_by_their_chi_squared():
    table = pd.DataFrame(
        {
            "start": [0, 0, 1, 1, 2],
            "step": [0, 1, 0, 1, 0],
            "parameter": search_paths.LEAST,
            "value": [9.0, 2.0, 8.0, 2.0 + 1e-9, 3.0],
        }
    )
    assert search_paths.ends(table) == [(1, 2.0), (1, 2.0 + 1e-9), (0, 3.0)]
    assert search_paths.optima(table) == 2


@pytest.fixture(scope="module")
def eigenvalues(fitted, tmp_path_factory):
    matrices = tmp_path_factory.mktemp("matrices") / "matrices.csv"
    pd.DataFrame(
        {
            "source": ["history", "shared factors"],
            "first": "A",
            "second": "B",
            "correlation": [0.5, 0.8],
            "data": "synthetic",
            "data_sha256": "00",
        }
    ).to_csv(matrices, index=False)
    inputs = {"matrices": matrices, "rough_heston_5@SPX": fitted[1]}
    information = fitted[0].fisher_information
    for size in (4, 6):
        other = np.eye(size)
        other[:4, :4] = information[:4, :4]
        path = matrices.with_name(f"{size}.json")
        replace(fitted[0], fisher_information=other).save(path)
        inputs[f"rough_heston_{size}@SPX"] = path
    return spectra.run(Config("quick", inputs))


def test_spectra_have_the_determinant_and_the_trace_of_their_matrices(eigenvalues, fitted):
    information = fitted[0].fisher_information
    rows = eigenvalues.loc[eigenvalues["kind"] == spectra.INFORMATION].iloc[: len(information)]
    assert rows["eigenvalue"].sum() == pytest.approx(np.trace(information), rel=1e-12)
    _, logarithm = np.linalg.slogdet(information)
    # the least eigenvalue carries the rounding of the largest
    condition = float(1.0 / rows["share"].min())
    tolerance = 10 * len(rows) * np.finfo(float).eps * condition
    assert np.log(rows["eigenvalue"]).sum() == pytest.approx(logarithm, abs=tolerance)
    past = eigenvalues.loc[eigenvalues["name"] == "history", "eigenvalue"]
    assert list(past) == pytest.approx([1.5, 0.5])


def test_a_power_is_found_with_the_error_of_the_regression():
    maturity = np.array([0.02, 0.1, 0.3, 0.5])
    noise = np.array([1.0, 1.02, 0.97, 1.01])
    table = pd.DataFrame({"maturity": maturity, "exact": 3 * maturity**0.4})
    table["noisy"] = table["exact"] * noise
    assert exponent(table, "exact") == pytest.approx((0.4, 0.0), abs=1e-12)
    (slope, _), covariance = np.polyfit(np.log(maturity), np.log(table["noisy"]), 1, cov=True)
    assert exponent(table, "noisy") == pytest.approx((slope, covariance[0, 0] ** 0.5))
    assert np.isnan(exponent(table.iloc[:2], "noisy")[1])


def test_quotes_stand_off_the_samples_prices_by_their_noise_in_volatility():
    volatility, maturity = 0.2, 0.25
    generator = np.random.default_rng(2)
    column = np.exp(volatility * np.sqrt(maturity) * generator.standard_normal(2000))
    prior = Prior(column, np.full(2000, 1 / 2000))
    model = BlackScholes(volatility=volatility)
    quotes = quoted(column, prior, model, maturity)
    strikes = np.quantile(column, width_by_maturity.LEVELS)
    up, down = (
        BlackScholes(volatility=volatility + side * NOISE).call_price(np.log(strikes), maturity)
        for side in (1, -1)
    )
    # central differences are off by the third derivative in volatility, here below 1e-3
    assert quotes.ask - quotes.bid == pytest.approx(up - down, rel=1e-3)
    middle = 0.5 * (quotes.ask + quotes.bid)
    exact = [np.mean(np.maximum(column - strike, 0.0)) for strike in strikes]
    assert middle == pytest.approx(exact, rel=1e-12)


@pytest.fixture(scope="module")
def widths(fitted):
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(width_by_maturity.POINTS, "quick", 512)
        patch.setitem(width_by_maturity.MATURITIES, "quick", (1 / 12, 1 / 4, 1 / 2))
        patch.setattr(width_by_maturity, "LEVELS", (0.1, 0.5, 0.9))
        inputs = {"SPX_fit": fitted[1], "NDX_fit": fitted[1]}
        return width_by_maturity.run(Config("quick", inputs, seed=3))


def test_balls_are_narrower_than_all_that_quotes_allow(widths):
    slack = widths["classical_gap"] + 1e-9
    assert np.all(widths["ball_width"] <= widths["classical_width"] + slack)
    assert np.all(widths["ball_width"] > 0)
    assert set(widths["data"]) == {"drawn", "synthetic"}


@pytest.fixture(scope="module")
def recovered():
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(recovery_by_strikes.STRIKES, "quick", (8, 60))
        patch.setitem(recovery_by_strikes.SURFACES, "quick", 12)
        return recovery_by_strikes.run(Config("quick", seed=8))


def test_fitted_surfaces_meet_the_bound_on_average(recovered):
    # a root mean square of n normal errors scatters by 1 / sqrt(2 n) of itself
    scatter = recovered["cramer_rao"] / np.sqrt(2.0 * recovered["surfaces"])
    assert np.all(np.abs(recovered["error"] - recovered["cramer_rao"]) < 4.0 * scatter)
    assert recovered["failed"].sum() == 0
    few, many = recovered["cramer_rao"]
    assert few / many == pytest.approx(np.sqrt(60 / 8), rel=0.15)


@pytest.fixture(scope="module")
def foretold():
    """One month of the model that is fitted, its own volatilities give or take 1e-4."""
    truth = replace(TRUTH, mean_reversion=0.0, long_run_variance=0.0)
    month = Design(41, 0.3, (21 * 1.4 / 365,), volatility_noise(1e-4))
    surface = synthetic_surface(designed_smiles(truth, month), None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(far_quotes, "european_surface", lambda path: surface)
        return far_quotes.run(Config("quick", {"A": Path("a"), "B": Path("b")}))


def test_the_true_model_foretells_far_quotes_and_one_volatility_does_not(foretold):
    assert np.all(np.abs(foretold["log_moneyness"]) > far_quotes.HALF_WIDTH)
    near = foretold.loc[np.abs(foretold["log_moneyness"]) < 0.2]
    rough, flat = (np.abs(near[f"{name}_error"]) for name in far_quotes.MODELS)
    # half of bid to ask is 1e-4 of volatility, and the engine errs by 1e-6 at most
    assert np.all(rough <= 0.01 * near["relative_half_spread"])
    assert np.all(flat > near["relative_half_spread"])


def test_names_without_wings_are_refused_together(monkeypatch, surface):
    monkeypatch.setattr(far_quotes, "european_surface", lambda path: surface)
    monkeypatch.setattr(far_quotes, "TRADING_DAYS", 10)
    with pytest.raises(DataError, match="far quotes"):
        far_quotes.run(Config("quick", {"A": Path("a")}))


@pytest.fixture(scope="module")
def smiles(surface, tmp_path_factory):
    portfolio = tmp_path_factory.mktemp("portfolio") / "portfolio.csv"
    row = {name: [getattr(TRUTH, name)] for name in FREE}
    names = pd.DataFrame({"name": ["QQQ", "SPY"], "failure": np.nan})
    pd.concat([names, pd.DataFrame(row).loc[[0, 0]].reset_index(drop=True)], axis=1).to_csv(
        portfolio, index=False
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fund_smiles, "surface_of", lambda path, thin: surface)
        found = fund_smiles.run(Config("quick", {"QQQ": portfolio, "portfolio": portfolio}))
        with pytest.raises(MissingData, match="IWM"):
            fund_smiles.run(Config("quick", {"IWM": portfolio, "portfolio": portfolio}))
    return found


def test_smiles_are_those_of_the_name_at_three_expiries(smiles):
    quotes = smiles.loc[smiles["bid_volatility"].notna()]
    assert smiles["expiry"].nunique() == 3
    middle = 0.5 * (quotes["bid_volatility"] + quotes["ask_volatility"])
    # quotes are drawn with this error about the truth
    assert np.sqrt(np.mean((middle - quotes["fitted_volatility"]) ** 2)) < 1.5 * 0.002


def test_numbers_are_made_of_each_table(smiles, foretold, widths, searched, eigenvalues, recovered):
    made = [
        *source_figures.far_quotes(foretold),
        *source_figures.smiles(smiles),
        *source_figures.widths(widths),
        *source_figures.searches(searched),
        *source_figures.eigenvalues(eigenvalues),
        *source_figures.recovery(recovered),
    ]
    found = {number.macro: number for number in made}
    assert len(found) == len(made)
    assert found["SearchPathsOptima"].text == "1"
    assert found["SpectraPastCondition"].value == pytest.approx(3.0)
    assert found["WidthPowerPrintedBall"].value == pytest.approx(0.5, abs=0.1)


def test_figures_draw_what_the_studies_tabulate(
    smiles, foretold, widths, searched, eigenvalues, recovered
):
    pairs = pd.DataFrame(
        {
            "market": "pair 1",
            "marginals": "fitted",
            "history": ["right", "wrong", "absent"],
            "truth": 0.3,
            "estimate": [0.3, -0.3, 0.1],
            "error": [1e-6, -0.6, -0.2],
        }
    )
    dimensions = pd.DataFrame(
        [
            {"strikes": strikes, "free": free, "maturities": maturities, "effective_dimension": 4}
            for strikes in (5, 50)
            for free in (4, 6)
            for maturities in (1, 3, 5)
        ]
    ).assign(point="index", noise=recovered_hurst.NOISE)
    for draw, tables in (
        (fund_figure.draw, (smiles,)),
        (far_figure.draw, (foretold,)),
        (width_figure.draw, (widths,)),
        (search_figure.draw, (searched,)),
        (spectra_figure.draw, (eigenvalues,)),
        (recovered_hurst.draw, (dimensions, recovered)),
        (recovered_pairs.draw, (pairs,)),
    ):
        figure = draw(Request("quick", tables))
        assert all(axis.has_data() for axis in figure.axes)
        plt.close(figure)
