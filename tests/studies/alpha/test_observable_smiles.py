"""Observables on quotes of known truth: two indices' synthetic chains and their assumed spread."""

import numpy as np
import pytest

from paper.quantities import alpha_calibration as quantities
from rmot.errors import DataError
from rmot.market.synthetic import synthetic_index_chain
from rmot.studies.alpha import observable_smiles
from rmot.studies.study import Config


@pytest.fixture(scope="module")
def chains(tmp_path_factory):
    folder = tmp_path_factory.mktemp("chains")
    for name in ("SPX", "NDX"):
        synthetic_index_chain(folder / f"{name}.csv.gz", underlying=name, seed=1)
    return {name: folder / f"{name}.csv.gz" for name in ("SPX", "NDX")}


@pytest.fixture(scope="module")
def table(chains):
    return observable_smiles.run(Config("quick", chains))


def test_levels_alone_are_met_and_smiles_are_then_one_factors(table):
    """With observables met, the error of the joint law and its gap to Heston's differ by his."""
    level = table.query("case == 'spread levels'")
    assert level["worst_observable"].max() < 1e-5
    funds = level.query("kind == 'fund'")
    apart = np.abs(funds["joint_error"] - funds["equivalent_gap"])
    assert np.all(apart <= funds["own_error"] * (1.0 + 1e-3) + 1e-5)


def test_a_law_has_as_many_directions_as_observables(table):
    assert set(table["rank"]) <= set(range(1, 10))
    assert (table["rank"] < table["free"]).all()


def test_what_is_assumed_is_said(table):
    assert set(table["data"]) == {"synthetic"}
    assert set(table.query("kind == 'spread'")["smile"]) == {"assumed"}
    assert table["maturity"].between(0.2, 0.8).all()


def test_numbers_and_print_come_from_the_table(table):
    made = {number.macro: number for number in quantities.smiles(table)}
    funds = table.query("kind == 'fund' and case == 'spread levels'")
    assert made["FundsLevelError"].value == pytest.approx(100 * funds["joint_error"].max())
    assert "SPX-NDX" in observable_smiles.printed(table)


def test_no_common_expiry_is_refused(chains, monkeypatch):
    surfaces = iter([_Surface(["a"]), _Surface(["b"])])
    monkeypatch.setattr(observable_smiles, "european_surface", lambda path: next(surfaces))
    with pytest.raises(DataError, match="expiry in common"):
        observable_smiles.run(Config("quick", chains))


class _Surface:
    """Slices that have expiries alone."""

    def __init__(self, expiries):
        self.slices = [type("Slice", (), {"expiry": each})() for each in expiries]
