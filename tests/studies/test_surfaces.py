"""Studies of whole surfaces: candidates that can be fitted, their comparison, and portfolios."""

from dataclasses import MISSING, fields

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

from rmot.artifact.files import write_csv
from rmot.calibration.likelihood import Likelihood, Quotes
from rmot.calibration.parametrisation import parametrise
from rmot.calibration.starts import trial_points
from rmot.market.synthetic import (
    SyntheticSlice,
    index_slices,
    synthetic_index_chain,
    write_cboe_table,
)
from rmot.models import Heston
from rmot.studies.study import Config
from rmot.studies.surfaces import comparison, fit, portfolio
from rmot.studies.surfaces.candidates import CANDIDATES, DAYS, DEVIATIONS, fitted_surface

HESTON = Heston(
    initial_variance=0.04,
    mean_reversion=2.0,
    long_run_variance=0.05,
    vol_of_vol=0.6,
    correlation=-0.7,
)
SPOT = 4500.0


@pytest.fixture(scope="module")
def spx(tmp_path_factory):
    path = tmp_path_factory.mktemp("chains") / "spx.csv.gz"
    synthetic_index_chain(path, seed=3)
    return path


@pytest.fixture(scope="module")
def heston_chain(tmp_path_factory):
    path = tmp_path_factory.mktemp("chains") / "heston.csv.gz"
    slices = [
        SyntheticSlice(
            each.expiry,
            each.settlement,
            each.forward,
            each.discount_factor,
            np.asarray(each.strike)[::2],
        )
        for each in index_slices("SPX")
    ]
    write_cboe_table(path, "SPX", SPOT, slices, HESTON.call_price, seed=4)
    return path


@pytest.fixture(scope="module")
def surface(spx):
    return fitted_surface(Config("quick", {"SPX": spx}), "SPX")


def test_quotes_fitted_lie_in_the_stated_days_and_deviations(surface):
    for smile in surface.slices:
        assert DAYS[0] / 365 <= smile.maturity <= DAYS[1] / 365
        at_the_money = np.interp(0.0, smile.log_moneyness, smile.implied_volatility)
        # thinning may move the neighbours from which the level at the money is interpolated
        deviations = smile.log_moneyness / (at_the_money * smile.maturity**0.5)
        assert deviations.min() > DEVIATIONS[0] - 0.1
        assert deviations.max() < DEVIATIONS[1] + 0.1


@pytest.mark.parametrize("key", CANDIDATES)
def test_every_candidate_has_a_start_that_is_a_model_and_prices(key, surface):
    candidate = CANDIDATES[key]
    options = candidate.options_for(surface, "quick")
    parametrisation = parametrise(
        candidate.model_class,
        options.get("fixed", {}),
        options.get("free"),
        options.get("forward_variance_times"),
    )
    likelihood = Likelihood(parametrisation, map(Quotes.of, surface.slices), 1e-4)
    points = list(trial_points(likelihood))
    assert points
    low, high = parametrisation.box
    for point in points:
        assert np.all((low <= point) & (point <= high))
        assert isinstance(parametrisation.model(point), candidate.model_class)
    first = surface.slices[-1]
    found = parametrisation.model(points[0]).implied_volatility(
        first.log_moneyness[[0, len(first) // 2]], first.maturity
    )
    assert np.all((found > 0) & (found < 2))
    required = {field.name for field in fields(candidate.model_class) if field.default is MISSING}
    assert required <= {*parametrisation.free, *parametrisation.held}


def test_a_flat_volatility_foretells_by_the_mean_of_the_odd_expiries(spx, surface):
    # the maximum-likelihood level of a flat volatility is the mean weighted by squared noise
    _, row = fit.run(Config("quick", {"black_scholes@SPX": spx}))
    odd, even = surface.slices[::2], surface.slices[1::2]
    middle = np.concatenate([smile.implied_volatility for smile in odd])
    spread = np.concatenate([smile.ask_volatility - smile.bid_volatility for smile in odd])
    level = np.average(middle, weights=np.maximum(spread / 2, 1e-4) ** -2)
    rest = np.concatenate([smile.implied_volatility for smile in even])
    inside = np.concatenate(
        [(smile.bid_volatility <= level) & (level <= smile.ask_volatility) for smile in even]
    )
    expected = np.sqrt(np.mean((level - rest) ** 2))
    assert row["foretold_root_mean_square_error"].to_numpy()[0] == pytest.approx(expected, rel=1e-6)
    assert row["foretold_within_spread"].to_numpy()[0] == pytest.approx(inside.mean(), abs=1e-12)


def test_the_class_that_made_the_quotes_foretells_them_best(heston_chain, tmp_path):
    inputs, rows = {}, {}
    for key in ("black_scholes", "heston"):
        entry = f"{key}@HESTON"
        found, row = fit.run(Config("quick", {entry: heston_chain}))
        assert list(row["model"]) == [key]
        assert list(row["chain"]) == ["HESTON"]
        inputs[entry] = tmp_path / f"{key}.json"
        found.save(inputs[entry])
        write_csv(inputs[entry].with_suffix(".csv"), row)
        rows[key] = row.to_dict("records")[0]
    table = comparison.run(Config("quick", inputs)).set_index("model")
    assert list(table.index) == ["black_scholes", "heston"]
    assert list(table["free_parameters"]) == [1, 5]
    assert len(set(table["quotes"])) == 1
    assert set(table["data"]) == {"synthetic"}
    flat, heston = (table.loc[key].to_dict() for key in ("black_scholes", "heston"))
    for column in ("root_mean_square_error", "foretold_root_mean_square_error"):
        assert heston[column] < 0.1 * flat[column]
    # true prices lie strictly within bid and ask, and the fit is nearly the truth
    assert heston["foretold_within_spread"] > 0.9
    assert flat["foretold_within_spread"] < 0.5
    assert heston["reduced_chi_squared"] < 1
    for key, row in rows.items():
        for column in ("foretold_root_mean_square_error", "foretold_within_spread"):
            assert table.loc[key, column] == row[column]
    assert np.all(table["hurst"].isna())
    assert comparison.printed(table.reset_index()).count(r"\\") == 3


def hand_made(hurst, error, at_bound=None):
    names = [f"N{i}" for i in range(len(hurst))]
    return pd.DataFrame(
        {
            "name": names,
            "hurst": hurst,
            "hurst_misfit_standard_error": error,
            "at_bound": at_bound or [""] * len(hurst),
        }
    )


def test_cochran_by_hand():
    # weights 100, 25, 25 (errors 0.1, 0.2, 0.2): mean (10 + 10 + 15) / 150 = 7/30,
    # Q = 100 (2/15)^2 + 25 (1/6)^2 + 25 (11/30)^2 = (64 + 25 + 121) / 36 = 35/6
    found = portfolio.heterogeneity(hand_made([0.1, 0.4, 0.6], [0.1, 0.2, 0.2]))
    assert found["cochran_q"].to_numpy() == pytest.approx(35 / 6, rel=1e-12)
    # two degrees of freedom: exp(-Q/2)
    assert found["p_value"].to_numpy() == pytest.approx(np.exp(-35 / 12), rel=1e-12)
    # differences 0.3, 0.5, 0.2 against 1.96 sqrt(0.05), sqrt(0.05), sqrt(0.08)
    assert set(found["pairs_apart"]) == {1 / 3}
    assert set(found["names_compared"]) == {3}


def test_names_that_share_one_hurst_are_told_so():
    found = portfolio.heterogeneity(hand_made([0.2] * 5, [0.01, 0.02, 0.03, 0.04, 0.05]))
    assert found["cochran_q"].to_numpy()[0] == pytest.approx(0.0, abs=1e-12)
    assert found["p_value"].to_numpy()[0] == pytest.approx(1.0, abs=1e-12)
    assert found["pairs_apart"].to_numpy()[0] == 0


def test_estimates_at_a_bound_or_missing_do_not_count():
    whole = portfolio.heterogeneity(hand_made([0.2, 0.3], [0.05, 0.05]))
    table = hand_made(
        [0.2, 0.3, 0.01, np.nan], [0.05, 0.05, 0.001, np.nan], ["", "correlation", "hurst", None]
    )
    found = portfolio.heterogeneity(table)
    assert set(found["names_compared"]) == {2}
    for column in ("cochran_q", "p_value", "pairs_apart"):
        assert set(found[column]) == set(whole[column])
    assert whole["cochran_q"].to_numpy()[0] == pytest.approx(2.0, rel=1e-12)
    assert whole["p_value"].to_numpy()[0] == pytest.approx(chi2.sf(2.0, 1), rel=1e-12)


def test_a_broken_file_keeps_its_row_and_reason_and_costs_no_other(spx, tmp_path, monkeypatch):
    # what is tested is the table, not the pool of processes
    monkeypatch.setattr(portfolio, "half_the_cores", lambda: 1)
    broken, ndx = tmp_path / "broken.csv", tmp_path / "ndx.csv.gz"
    broken.write_text("Synthetic: rmot.market.synthetic seed 1\nno chain at all\n")
    synthetic_index_chain(ndx, seed=5, underlying="NDX")
    config = Config("quick", {"SPX": spx, "BROKEN": broken, "NDX": ndx})
    found = portfolio.run(config)
    assert list(found["name"]) == ["SPX", "BROKEN", "NDX"]
    assert list(found["failure"] == "") == [True, False, True]
    assert "broken.csv" in found["failure"].to_numpy()[1]
    assert np.isnan(found["hurst"].to_numpy()[1])
    fitted = found.loc[[0, 2]]
    assert np.all(fitted["hurst_lower"] < fitted["hurst"])
    assert np.all(fitted["hurst"] < fitted["hurst_upper"])
    assert np.all(fitted["hurst_misfit_standard_error"] > 0)
    assert set(found["data"]) == {"synthetic"}
    assert set(found["names_compared"]) == {int(np.sum(~fitted["at_bound"].str.contains("hurst")))}
    text = portfolio.printed(found)
    assert text.count(r"\\") == 4
