"""Figures 4 and 5 of source 004: what smiles tell of their numbers."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from paper.quantities import alpha_figures as quantities
from rmot.studies.alpha import typical_numbers
from rmot.studies.study import Config

PRINTED = Path("proofs_check/tables")


@pytest.fixture(scope="module")
def table():
    return typical_numbers.run(Config("quick"))


def test_numbers_are_those_that_are_printed(table):
    colours = pd.read_csv(PRINTED / "004_figure_4.csv").set_index("name")
    loadings = pd.read_csv(PRINTED / "004_figure_5.csv").iloc[0]
    for kind in ("rho", "kappa"):
        for factor in range(1, 5):
            own = table.loc[table["name"] == f"{kind}{factor}", "value"].item()
            assert own == colours.loc[kind, f"factor{factor}"]
    for factor in range(1, 5):
        name = f"alpha{factor}"
        assert table.loc[table["name"] == name, "value"].item() == loadings[name]


def test_volatilities_of_a_mirrored_factor_are_the_same(table):
    """W_k and -W_k are one factor: loading and correlation change signs together."""
    numbers = table["value"].to_numpy()
    mirrored = numbers.copy()
    mirrored[[1, 9]] *= -1.0
    np.testing.assert_allclose(
        typical_numbers._volatilities(mirrored),
        typical_numbers._volatilities(numbers),
        rtol=1e-12,
    )


def test_errors_have_the_digits_that_differences_leave(table):
    # a step ten times as long moves errors by its square: a hundredth of that is left
    assert (table["relative_change"] <= 1e-4).all()


def test_errors_are_those_of_least_squares_on_noisy_smiles(table):
    """Fit the linearised smile to draws of noise: its deviations are the bound's."""
    numbers = table["value"].to_numpy()
    jacobian = typical_numbers._jacobian(numbers, 1e-4)
    draws = 2000
    noise = np.random.default_rng(5).normal(
        scale=typical_numbers.VOLATILITY_ERROR, size=(jacobian.shape[0], draws)
    )
    scale = np.linalg.norm(jacobian, axis=0)
    fitted = np.linalg.lstsq(jacobian / scale, noise, rcond=1e-12)[0] / scale[:, None]
    ratio = np.std(fitted, axis=1) / table["standard_error"].to_numpy()
    # a deviation of so many draws is known to one over the root of twice their number
    assert np.all(np.abs(ratio - 1.0) <= 5.0 / np.sqrt(2.0 * draws))


def test_numbers_of_the_article_come_from_the_table(table):
    made = {number.macro: number.value for number in quantities.typical(table)}
    assert made["TypicalQuotes"] == 54
    assert 1 <= made["TypicalDimension"] <= 12
