import pytest

from rmot.market import read_history
from rmot.market.synthetic_bars import FILES, write_bars
from rmot.neural.published.segments import cut_segments


@pytest.fixture(scope="session")
def synthetic_market(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bars")
    write_bars(folder, 1, days=160)
    return folder


@pytest.fixture(scope="session")
def segments(synthetic_market):
    return cut_segments(read_history(synthetic_market / FILES["bars"]), length=14)
