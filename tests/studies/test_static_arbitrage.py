from rmot.market import read_chain
from rmot.market.synthetic import synthetic_index_chain
from rmot.studies.quotes.static_arbitrage import printed, run
from rmot.studies.study import Config


def test_a_chain_of_known_truth_has_convex_prices_within_bid_and_ask(tmp_path):
    synthetic_index_chain(tmp_path / "spx.csv", 1)
    table = run(Config("quick", {"SPX": tmp_path / "spx.csv"}))
    (row,) = table.to_dict("records")
    surface = read_chain(tmp_path / "spx.csv").surface()
    assert row["quotes"] == sum(map(len, surface))
    assert row["adjacent_triples"] == sum(len(smile) - 2 for smile in surface)
    assert 0 < row["mid_breaks"] < row["adjacent_triples"]
    assert row["butterfly_violations"] == row["vertical_violations"] == 0
    assert 0 < row["largest_move"] <= 1
    assert printed(table).count(r"\\") == 2
