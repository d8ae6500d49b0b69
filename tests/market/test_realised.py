import numpy as np
import pytest

from rmot.errors import DataError
from rmot.market import read_realised_variance
from rmot.market.realised import ABSENT, DUPLICATE, ZERO

LIBRARY = "date,symbol,rv5,close_price,nobs,bv\n2000-01-03,.SPX,1.4e-4,1454.2,1554,1.3e-4\n"
SPY = "DT,RV1,RV5,RQ1,CLOSE\n2014-01-02,2.7e-5,2.6e-5,0.05,182.95\n"
WIDE = "DATE,AEX,SPX\n2013-01-07,1.6e-5,2.4e-5\n2013-01-08,,3.1e-5\n2013-01-09,0,2e-5\n"
PERCENT = "Date,RV,RQ,BPV\n19970408,0.372,6.6e-5,0.303\n19970409,0.559,1.6e-4,0.591\n"


@pytest.fixture
def read(tmp_path):
    def run(text):
        path = tmp_path / "realised.csv"
        path.write_text(text)
        return read_realised_variance(path)

    return run


@pytest.mark.parametrize(
    ("text", "columns", "first"),
    [
        (LIBRARY, ["rv5", "bv"], 1.4e-4),
        (SPY, ["RV1", "RV5"], 2.7e-5),
        (WIDE, ["AEX", "SPX"], 1.6e-5),
        (PERCENT, ["RV", "BPV"], 0.372e-4),
    ],
)
def test_variances_are_daily_squares_of_fractions_in_every_format(read, text, columns, first):
    found = read(text)
    assert list(found.table.columns) == columns
    assert found.table.iloc[0, 0] == pytest.approx(first, rel=1e-15)
    assert found.table.index.is_monotonic_increasing
    assert found.table.index.name == "date"


def test_the_unit_of_the_file_is_stated(read):
    assert "percent" in read(PERCENT).units_in_file
    assert "fraction" in read(SPY).units_in_file


def test_empty_cells_stay_nan_and_are_counted(read):
    found = read(WIDE)
    assert np.isnan(found.table.loc["2013-01-08", "AEX"])
    assert found.noted == {ABSENT: 1, ZERO: 1}


def test_repeated_dates_are_dropped_with_a_count(read):
    assert read(SPY + SPY.splitlines()[1] + "\n").dropped == {DUPLICATE: 1}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (SPY.replace("2.7e-5", "0.27").replace("2.6e-5", "0.26"), "squares of fractions"),
        (PERCENT.replace("0.", "0.0000"), "squares of percent"),
        (SPY.replace("2.7e-5", "-1"), "none negative"),
        (SPY.replace("2.7e-5", "much"), "'much'"),
        (SPY.replace("2014-01-02", "2 January"), "expected a date"),
        (LIBRARY + LIBRARY.splitlines()[1].replace(".SPX", ".DJI"), "one index"),
        ("DATE,OPEN,HIGH,LOW,CLOSE\n01/02/1990,1,1,1,1\n", "expected realised variances"),
        ("Date,Close\n2020-01-01,3\n", "expected realised variances"),
        (SPY.rpartition(",")[0], "cut off"),
    ],
)
def test_other_units_and_bad_files_are_one_line(read, text, message):
    with pytest.raises(DataError, match=message) as caught:
        read(text)
    assert "\n" not in str(caught.value)
