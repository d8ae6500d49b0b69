"""The study of exact spreads: what holds between its columns."""

import numpy as np
import pytest

from rmot.models import RoughFactorModel
from rmot.studies.alpha import exact_spreads
from rmot.studies.study import Config


@pytest.fixture(scope="module")
def table():
    with pytest.MonkeyPatch.context() as patch:
        sets = exact_spreads.parameter_sets()
        patch.setattr(exact_spreads, "parameter_sets", lambda: {"calm": sets["calm"]})
        patch.setattr(exact_spreads, "MATURITIES", (1.0,))
        return exact_spreads.run(Config(profile="quick", seed=4))


def test_bounds_are_below_prices_and_prices_are_their_parts(table):
    error = table["exact_error"] + 1e-9
    assert np.all(table["published_bound"] <= table["lower_bound"] + error)
    assert np.all(table["lower_bound"] <= table["exact"] + error)
    assert np.all(np.abs(table["parity_gap"]) <= 2.0 * error)


def test_simulation_is_within_its_errors(table):
    gap = np.abs(table["simulated"] - table["exact"])
    assert np.all(gap <= 4.0 * table["simulated_error"])


def test_prices_and_digitals_fall_with_the_strike(table):
    assert np.all(np.diff(table["exact"]) < 0.0)
    assert np.all(np.diff(table["digital"]) < 0.0)


def test_the_printed_table_has_a_row_a_set_and_maturity(table):
    printed = exact_spreads.printed(table)
    assert printed.count(r"\\") == 2
    summary = exact_spreads.summarised(table)
    wanted = 1e4 / 0.0507 * np.abs(table["kirk"] - table["exact"]).max()
    assert summary["kirk"].item() == pytest.approx(wanted)


def test_the_sources_example_has_its_printed_correlation_at_unit_variances():
    assets, _ = exact_spreads.parameter_sets()["source"]
    assert isinstance(assets, RoughFactorModel)
    # 0.0098 / 0.0103, of the loadings alone
    assert assets.instantaneous_correlation(np.ones(5))[0, 1] == pytest.approx(0.0093 / 0.0103)
