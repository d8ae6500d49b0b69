"""Charges by number of names: the choices of names, and the order of the methods."""

import numpy as np
import pandas as pd
import pytest

from paper.quantities import capital as quantities
from rmot.models import RoughHeston
from rmot.studies.capital import by_assets, methods
from rmot.studies.capital.ranges import SHARP
from rmot.studies.equal_weight import widths
from rmot.studies.study import Config
from rmot.studies.surfaces.portfolio import FIXED, FREE


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """Three names of one law and no past, of which two and all are charged."""
    model = RoughHeston(
        hurst=0.2,
        vol_of_vol=0.4,
        correlation=-0.6,
        initial_variance=0.04,
        mean_reversion=FIXED["mean_reversion"],
        long_run_variance=0.05,
    )
    row = {name: getattr(model, name) for name in FREE} | {"data": "drawn", "data_sha256": "ab"}
    path = tmp_path_factory.mktemp("capital") / "portfolio.csv"
    rows = [{"name": name, "failure": np.nan, **row} for name in "ABC"]
    pd.DataFrame(rows).to_csv(path, index=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(by_assets.SIZES, "quick", (2, 5))
        patch.setitem(widths.POINTS, "quick", 1 << 10)
        return by_assets.run(Config("quick", {"portfolio": path}, seed=1))


def of(table, method, side, column="charge"):
    rows = table.loc[(table["method"] == method) & (table["side"] == side)]
    rows = rows.loc[rows["basis"] == "notional"]
    return rows.groupby(["names", "choice"])[column].sum()


def test_sizes_end_with_all_names_which_are_one_choice(table):
    assert list(of(table, SHARP, "long").index) == [(2, 0), (2, 1), (3, 0)]


def test_balls_are_charged_less_than_sharp_bounds_and_flat_pasts_less_than_any(table):
    ball = next(name for name in table["method"].unique() if name.startswith("ball"))
    for side in ("long", "short"):
        assert np.all(of(table, ball, side) < of(table, SHARP, side))
        past = of(table, methods.BLACK_PAST, side)
        assert np.all(past <= of(table, methods.BLACK_ANY, side))


def test_the_numbers_are_means_over_choices(table):
    made = {number.macro: number.value for number in quantities.by_assets(table)}
    mean = of(table, SHARP, "short").loc[2].mean()
    assert made["CapitalAssetsFewSharpShort"] == pytest.approx(mean)
    assert (made["CapitalAssetsFew"], made["CapitalAssetsMany"]) == (2, 3)
