"""Lines of 004's figures: what is printed, and largest gaps of small tables made by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rmot.studies.sources import alpha, lines
from rmot.studies.sources.alpha_calibration import observable

PRINTED = Path("proofs_check/tables")


def printed(name):
    return lines.read({name: PRINTED / f"{name}.csv"})[name]


def shown(table, item, row):
    found = table.loc[(table["item"] == item) & (table["row"] == row)]
    assert len(found) == 1
    return found.iloc[0]


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("VU3", "Var 3"),
        ("CovVU1", "CoVar 1"),
        ("VarVU4", "VarVar 4"),
        ("U2", "Var 2"),
        ("VarU2", "VarVar 2"),
        ("Spread12", "Var 2-1"),
        ("CovSpread34", "CoVar 4-3"),
        ("VarSpread24", "VarVar 4-2"),
        ("Sp23Cov", "CoVar 3-2"),
        ("Sp13Var", "VarVar 3-1"),
    ],
)
def test_names_of_observables_are_read_as_the_source_means_them(name, ours):
    assert observable(name) == ours


def test_numbers_of_factors_that_no_printed_asset_has_say_why():
    ours = pd.DataFrame(
        {
            "name": [f"{kind}{k}" for kind in ("rho", "kappa", "alpha") for k in range(1, 5)],
            "standard_error": np.arange(12.0),
            "quotes": 54,
            "volatility_error": 0.001,
        }
    )
    made = alpha._typical(printed("004_figure_4"), printed("004_figure_5"), ours)
    found = lines.table_of("004", made)
    four = found.loc[found["item"] == "Figure 4"].set_index(["row", "column"])
    assert four.loc[("factor 8", "rho"), "published"] == "-0.982239154"
    assert np.isnan(four.loc[("factor 8", "rho"), "ours"])
    own = four.loc[("factor 2", "kappa; here its standard error")]
    assert (own["published"], own["ours"]) == ("1.65782433", 5.0)
    assert "0.1 points" in own["remark"]
    # three cells of Figure 4 are empty
    assert len(four) == 3 * 8 - 3
    five = found.loc[found["item"] == "Figure 5"]
    assert five["published"].tolist()[0] == "0.048290765"
    assert five["ours"].tolist()[1:] == [8.0, 9.0, 10.0, 11.0]


def test_gaps_of_one_factor_are_the_largest_in_points():
    table = pd.DataFrame(
        {
            "convention": ["logarithmic"] * 3 + ["printed"],
            "maturity": [1.0, 1.0, 10.0, 1.0],
            "volatility": [0.20, 0.21, 0.2, 0.25],
            "exact": [0.201, 0.207, 0.2, 0.2],
        }
    )
    found = lines.table_of("004", alpha._equivalents(table))
    assert shown(found, "Figure 6", "maturity 1")["ours"] == pytest.approx(0.3)
    assert shown(found, "Figure 6", "maturity 10")["ours"] == 0.0
    assert shown(found, "Figure 7", "maturity 1")["ours"] == pytest.approx(5.0)


def test_errors_of_digitals_are_of_the_printed_residuals_and_one_triplet():
    row = {
        "call": 0.011,
        "exact_call": 0.010,
        "arbitrage": -0.002,
        "first": 0.03,
        "exact_first": 0.02,
        "second": 0.02,
        "exact_second": 0.02,
        "digital": 0.5,
        "exact_digital": 0.52,
        "forward": 0.05,
    }
    table = pd.DataFrame(
        [
            {**row, "residuals": residuals, "triplets": triplets, "price_correlation": correlation}
            for residuals, correlation in (("as printed", 0.9), ("independent", 0.95))
            for triplets in (1, 2)
        ]
    )
    # what belongs to other fits must not be taken
    table.loc[table["triplets"] == 2, "call"] = 1.0
    found = lines.table_of("004", alpha._digitals(printed("004_section_2_1"), table))
    assert shown(found, "Figure 8", "spread option")["ours"] == pytest.approx(2.0)
    assert shown(found, "Figure 9", "breach of the relation")["ours"] == pytest.approx(4.0)
    assert shown(found, "Figure 12", "digital that pays 1")["ours"] == pytest.approx(2.0)
    both = found.loc[found["row"] == "section 2.1"]
    assert both["ours"].tolist() == [0.9, 0.95]
    assert set(both["published"]) == {"0.951456"}
