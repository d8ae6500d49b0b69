"""What moves with H and what does not, on the small market."""

from pathlib import Path

import pytest

from paper.quantities import capital as quantities
from rmot.studies.capital import methods, sensitivity
from rmot.studies.capital.ranges import SHARP
from rmot.studies.study import Config

TABLES = Path("proofs_check/tables")


@pytest.fixture(scope="module")
def moved(small):
    """The sensitivity study on the small market, its models refitted to themselves."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sensitivity, "index_market", lambda config: small)
        patch.setattr(sensitivity, "refitted", lambda config, by, models: models)
        inputs = {"002_table_8": TABLES / "002_table_8.csv"}
        return sensitivity.run(Config("quick", inputs, seed=3))


def test_fits_that_do_not_move_leave_the_charges_where_they_are(moved):
    for case in sensitivity.REFITTED.values():
        for method in (SHARP, methods.ball_name("Gaussian copula", sensitivity.RULE)):
            found = sensitivity.cases(moved, method, "long")
            assert found[case] == pytest.approx(found[sensitivity.BASE], rel=1e-12)


def test_sharp_intervals_do_not_move_with_the_model(moved):
    for case in sensitivity.HURST.values():
        width = sensitivity.cases(moved, SHARP, "long", "width")
        assert width[case] == pytest.approx(width[sensitivity.BASE], rel=1e-9)


def test_the_printed_table_is_that_of_the_source(moved):
    found = sensitivity.cases(moved, "002, rmot", "either")
    assert list(found.values()) == [120.0, 135.0, 105.0]
    relief = sensitivity.cases(moved, "002, rmot", "either", "relief")
    assert relief[sensitivity.BASE] == pytest.approx(0.88)


def test_the_sensitivity_s_numbers_and_table_come_from_it(moved):
    made = {number.macro: number for number in quantities.moves(moved)}
    assert made["CapitalMovedRefitted"].value == pytest.approx(0.0, abs=1e-9)
    assert made["CapitalMovedPrinted"].value == pytest.approx(12.5)
    assert made["CapitalMovedHurst"].kind == "synthetic"
    text = sensitivity.printed(moved)
    assert text.count(r"\\") == 13
