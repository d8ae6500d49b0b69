"""Studies of information on small inputs: against finite differences, nesting and made-up draws."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rmot.calibration import calibrate
from rmot.calibration.design import designed_smiles, standard_errors
from rmot.errors import ParameterError
from rmot.models import RoughHeston
from rmot.studies.information import printed_errors, recovery, recovery_draws, required_strikes
from rmot.studies.information.points import (
    FREE,
    HALF_WIDTH,
    MATURITIES,
    NOISE,
    NOISES,
    PRECISION,
    PUBLISHED,
    STRIKES,
    points,
)
from rmot.studies.study import Config
from tests.calibration.surfaces import TRUTH, surface_of

TABLE = Path(__file__).parents[2] / "proofs_check" / "tables" / "002_table_5.csv"


@pytest.fixture(scope="module")
def spx_fit(tmp_path_factory):
    path = tmp_path_factory.mktemp("fits") / "spx.json"
    held = {"mean_reversion": TRUTH.mean_reversion}
    calibrate(RoughHeston, surface_of(TRUTH), fixed=held, start=TRUTH).save(path)
    return path


@pytest.fixture(scope="module")
def errors():
    return printed_errors.run(Config("quick", {"published": TABLE}))


def test_printed_errors_have_a_row_for_every_design_and_parameter(errors):
    free_sets, parameters = 3, 3
    assert len(errors) == 2 * len(NOISES) * len(MATURITIES) * free_sets * parameters
    key = ["point", "noise", "maturities", "free", "parameter"]
    assert len(errors.drop_duplicates(key)) == len(errors)
    assert np.all(errors["cramer_rao"] > 0)
    assert np.allclose(
        errors["published_to_cramer_rao"] * errors["cramer_rao"], errors["published_bound"]
    )
    assert np.all(errors.query("parameter == 'hurst'")["ratio_to_hurst"] == 1)
    assert printed_errors.printed(errors).count(r"\\") == 1 + parameters


def test_a_bound_is_that_of_finite_differences(errors):
    model, (maturity,) = PUBLISHED["index"].model, MATURITIES[1]
    k = np.linspace(-HALF_WIDTH, HALF_WIDTH, STRIKES)
    names = list(pd.read_csv(TABLE)["parameter"])
    step = 1e-4
    columns = []
    for name in names:
        ends = [
            replace(model, **{name: getattr(model, name) + sign * step}).implied_volatility(
                k, maturity, tolerance=1e-13
            )
            for sign in (1, -1)
        ]
        columns.append((ends[0] - ends[1]) / (2 * step))
    jacobian = np.column_stack(columns) / NOISE
    expected = np.sqrt(np.diag(np.linalg.inv(jacobian.T @ jacobian)))
    found = errors.query(
        "point == 'index' and noise == '0.2% in volatility' and maturities == 1 and free == 3"
    )
    # central differences err by step^2 of the third derivatives, well below 1e-4 here
    assert found["cramer_rao"].to_numpy() == pytest.approx(expected, rel=1e-3)


def test_bounds_fall_with_maturities_and_rise_with_free_parameters_and_noise(errors):
    key = ["point", "noise", "parameter"]
    # designs of more maturities contain those of fewer
    for _, group in errors.groupby([*key, "free"]):
        assert np.all(np.diff(group.sort_values("maturities")["cramer_rao"]) < 0)
    for _, group in errors.groupby([*key, "maturities"]):
        assert np.all(np.diff(group.sort_values("free")["cramer_rao"]) > 0)
    low, high = (
        errors[errors["noise"] == noise]["cramer_rao"].to_numpy()
        for noise in ("0.2% in volatility", "1% in volatility")
    )
    assert high == pytest.approx(5 * low, rel=1e-6)


def test_required_strikes_rise_with_noise_and_agree_with_the_width_at_fifty(spx_fit, monkeypatch):
    few = {key: MATURITIES[key] for key in (1, 3)}
    monkeypatch.setattr(required_strikes, "MATURITIES", few)
    monkeypatch.setitem(required_strikes.MOST, "quick", 300)
    table = required_strikes.run(Config("quick", {"SPX_fit": spx_fit}))
    assert len(table) == len(required_strikes.RANGES) * len(NOISES) * len(few) * len(FREE)
    needed = table["required_strikes"].fillna(np.inf)
    assert np.any(np.isfinite(needed))
    assert np.array_equal(needed <= STRIKES, table["half_width_95"] <= PRECISION)
    beyond = table["required_strikes"].isna()
    assert np.all(table["extrapolated_strikes"].notna() == beyond)
    assert np.all(table["extrapolated_strikes"][beyond] > table["most_tried"][beyond])
    by_noise = table.assign(needed=needed).pivot_table(
        "needed", ["range", "maturities", "free"], "noise"
    )
    low, high = by_noise["0.2% in volatility"], by_noise["1% in volatility"]
    assert np.all(low <= high)
    assert np.all(low[low < np.inf] < high[low < np.inf])
    assert required_strikes.printed(table).count(r"\\") == 1 + len(NOISES) * len(FREE)


def made_up(point, bias, scatter, failed):
    """Return draws with exactly that bias and scatter in units of the bound, and the bounds."""
    bounds = standard_errors(
        point.model,
        designed_smiles(point.model, recovery_draws.DESIGN),
        recovery_draws.RECOVERED,
    )
    shape = np.array([-1.0, 0.0, 1.0] * 14)
    shape /= shape.std(ddof=1)
    draws = {}
    for name, bound in bounds.items():
        draws[name] = getattr(point.model, name) + bound * (bias + scatter * shape)
        draws[f"{name}_error"] = np.full(shape.size, bound)
    table = pd.DataFrame(draws)
    return pd.concat([table, pd.DataFrame(np.nan, range(failed), table.columns)]), bounds


def test_recovery_returns_the_bias_and_scatter_that_draws_have(spx_fit, tmp_path):
    named = points({"SPX_fit": spx_fit})
    inputs, bounds = {"SPX_fit": spx_fit}, {}
    for name, point in named.items():
        draws, bounds[name] = made_up(point, bias=0.25, scatter=1.1, failed=2)
        inputs[name] = tmp_path / f"{name}.csv"
        draws.to_csv(inputs[name], index=False)
    table = recovery.run(Config("quick", inputs))
    assert len(table) == len(named) * len(recovery_draws.RECOVERED)
    assert set(table["surfaces"]) == {42}
    assert set(table["failed"]) == {2}
    assert table["relative_bias"].to_numpy() == pytest.approx(0.25, rel=1e-6)
    assert table["efficiency"].to_numpy() == pytest.approx(1.1, rel=1e-6)
    assert table["relative_bias_error"].to_numpy() == pytest.approx(1.1 / 42**0.5, rel=1e-6)
    # of the three values equally often: kurtosis 3/2
    error = 1.1 * (0.5 / (4 * 42)) ** 0.5
    assert table["efficiency_error"].to_numpy() == pytest.approx(error, rel=1e-6)
    # the farthest lies 0.25 + 1.1 sqrt(3/2) bounds away, within 1.96
    assert set(table["coverage_95"]) == {1.0}
    for row in table.to_dict("records"):
        assert row["cramer_rao"] == bounds[row["point"]][row["parameter"]]
        assert row["identified"] == (row["bounds_to_limit"] >= recovery.IDENTIFIED)
    assert recovery.printed(table).count(r"\\") == 1 + len(table)


def test_draws_are_seeded_and_fall_around_the_truth(spx_fit, monkeypatch):
    monkeypatch.setattr(recovery_draws, "SURFACES", {"quick": 3})
    config = Config("quick", {"SPX_fit": spx_fit}, "lifted", 7)
    table = recovery_draws.run(config)
    assert len(table) == 3
    assert set(table["failure"]) == {""}
    assert set(table["data"]) == {"drawn"}
    degrees = STRIKES * len(MATURITIES[3]) - len(recovery_draws.RECOVERED)
    # five standard deviations of a chi-squared over its degrees of freedom
    assert np.all(np.abs(table["reduced_chi_squared"] - 1) < 5 * (2 / degrees) ** 0.5)
    truth = PUBLISHED["lifted"].model
    for name in recovery_draws.RECOVERED:
        assert len(set(table[name])) == 3
        distance = (table[name] - getattr(truth, name)).abs()
        assert np.all(distance < 6 * table[f"{name}_error"])
    pd.testing.assert_frame_equal(table, recovery_draws.run(config))
    other = recovery_draws.run(replace(config, seed=8))
    assert not set(other["hurst"]) & set(table["hurst"])


def test_an_unknown_case_is_refused(spx_fit):
    with pytest.raises(ParameterError, match="expected a case among"):
        recovery_draws.run(Config("quick", {"SPX_fit": spx_fit}, "nowhere"))
