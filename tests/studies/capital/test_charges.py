"""The table of charges, the numbers made of it, and the charges that the sources print."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from paper.quantities import capital as quantities
from rmot.studies.capital import charges, methods, source_charges
from rmot.studies.capital.books import INDICES, equal_parts
from rmot.studies.capital.markets import FACTORS
from rmot.studies.capital.ranges import SHARP, Ranges, tabulate

TABLES = Path("proofs_check/tables")
PRINTED = {name: TABLES / f"{name}.csv" for name in source_charges.FILES.values()}


def test_numbers_and_table_of_the_charges_are_of_both_books(small):
    names = [
        SHARP,
        methods.FORWARDS,
        *(methods.BLACK_PAST, methods.BLACK_ANY, *methods.WORST.values(), methods.SHORTFALL),
        *(
            methods.ball_name(law, rule)
            for law in ("Gaussian copula", FACTORS)
            for rule in (*charges.MULTIPLES.values(), charges.NOISE)
        ),
    ]
    prices = np.array([0.03, 0.002, 0.001])
    found = [
        Ranges(name, "by hand", 0.5 * prices, prices, 1.5 * prices, 1e-3 * prices) for name in names
    ]
    tables = []
    for held in (INDICES, equal_parts(("A", "B", "C"))):
        rows = tabulate(held, found, prices)
        either = rows.loc[(rows["method"] == SHARP) & (rows["side"] == "either")]
        both = pd.concat([rows, source_charges.add_ons(either)], ignore_index=True)
        tables.append(both.assign(data="synthetic", data_sha256="00"))
    tables.append(source_charges.printed_charges(PRINTED))
    table = pd.concat(tables, ignore_index=True)
    made = {number.macro: number for number in quantities.charges(table)}
    assert made["CapitalSharpLong"].value == pytest.approx(1000 * 0.5 * prices.mean())
    assert made["CapitalReliefShort"].value == pytest.approx(0.0, abs=1e-9)
    assert made["CapitalAddOnExotic"].value == 10
    assert made["CapitalAddOnOther"].value == 1
    assert made["CapitalPrintedTimes"].value == pytest.approx(120 / 5.5)
    # a call at the money of that deviation costs 0.88
    assert 2 * norm.cdf(made["CapitalNeededDeviation"].value / 2) - 1 == pytest.approx(0.88)
    assert set(table["basis"]) == {"notional", "premium"}
    assert not table[["assumptions", "data", "data_sha256"]].isna().to_numpy().any()
    text = charges.printed(table)
    assert "002 Table 7, transport" in text
    assert "add-on" in text


def test_printed_charges_are_per_billion():
    rows = source_charges.printed_charges(PRINTED).to_dict("records")
    found = {(row["book"], row["method"]): row["charge"] for row in rows}
    assert found["000", "classical"] == pytest.approx(125.0)
    assert found["000", "rmot"] == pytest.approx(15.0)
    assert found["001 section 4.2", "black_scholes"] == 100.0
    assert found["002 Table 7", "historical"] == 450.0
