"""The equal-weight basket: balls within classical bounds, widths that follow the law's scale."""

import numpy as np
import pandas as pd
import pytest

from paper.quantities import equal_weight
from rmot.errors import DataError
from rmot.models import RoughHeston
from rmot.studies.equal_weight import correlations, joint_law, widths
from rmot.studies.study import Config
from rmot.studies.surfaces.portfolio import FIXED, FREE

MODEL = RoughHeston(
    hurst=0.2,
    vol_of_vol=0.4,
    correlation=-0.6,
    initial_variance=0.04,
    mean_reversion=FIXED["mean_reversion"],
    long_run_variance=0.05,
)


@pytest.fixture
def config(tmp_path):
    """Two names with one law, and one that could not be fitted."""
    row = {name: getattr(MODEL, name) for name in FREE} | {"data": "drawn", "data_sha256": "ab"}
    table = pd.DataFrame([{"name": "A", **row}, {"name": "B", **row}, {"name": "C", **row}])
    table["failure"] = [np.nan, np.nan, "no quotes"]
    table.to_csv(tmp_path / "portfolio.csv", index=False)
    return Config("quick", {"portfolio": tmp_path / "portfolio.csv"}, seed=1)


def test_names_without_a_fit_are_left_out(config):
    assert joint_law.fitted(config) == {"A": MODEL, "B": MODEL}
    table = pd.read_csv(config.inputs["portfolio"]).assign(failure="none")
    table.to_csv(config.inputs["portfolio"], index=False)
    with pytest.raises(DataError, match="two fitted names or more; got 0"):
        joint_law.fitted(config)


def test_without_histories_drawn_returns_have_one_correlation(config):
    found = joint_law.past(config, ["A", "B"])
    # the error of a correlation of n normal pairs is (1 - rho^2) / sqrt(n); four of them
    error = 4 * (1 - joint_law.SYNTHETIC_CORRELATION**2) / np.sqrt(joint_law.DAYS)
    assert found.correlation[0, 1] == pytest.approx(joint_law.SYNTHETIC_CORRELATION, abs=error)
    assert found.source == "drawn returns"
    config.inputs[f"{joint_law.PREFIX}A"] = config.inputs["portfolio"]
    with pytest.raises(DataError, match=r"of each name or of none; got none of \['B'\]"):
        joint_law.past(config, ["A", "B"])


def test_two_names_of_one_law_are_bounded_by_that_law_alone(config):
    table = widths.run(config)
    assert set(table["names"]) == {2}
    assert sorted(set(table["maturity"])) == sorted(widths.MATURITIES["quick"])
    for row in table.to_dict("records"):
        assert row["classical_lower"] <= row["lower"] <= row["price"] <= row["upper"]
        assert row["upper"] <= row["classical_upper"] + 1e-12
        # together they are the one name, whose quoted calls lie above its own price at the most by
        # the interpolation between quotes
        alone = float(MODEL.call_price(np.log([row["strike"]]), row["maturity"])[0])
        assert row["classical_upper"] >= alone - 1e-4
    made = {number.macro: number.value for number in equal_weight.widths(table)}
    assert made["EqualTwiceHurst"] == pytest.approx(0.4)
    # at the money a price grows like the root of the maturity, up to the variance's own growth
    assert made["EqualClassicalAtmExponent"] == pytest.approx(0.5, abs=0.1)


def test_correlations_stand_side_by_side(config):
    table = correlations.run(config)
    history, marginals = table.to_dict("records")
    assert history["lower"] <= history["average"] <= history["upper"]
    # two equal laws can move together exactly, and against each other not quite
    assert marginals["upper"] == pytest.approx(1.0, abs=1e-9)
    assert -1.0 < marginals["lower"] < -0.9
    assert "marginals alone" in correlations.printed(table)
    made = {number.macro: number.value for number in equal_weight.correlations(table)}
    assert made["EqualCorrelationMost"] == pytest.approx(1.0, abs=1e-9)
