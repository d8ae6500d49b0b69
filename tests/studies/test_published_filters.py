import numpy as np

from rmot.market import MaturityRange, MaximumAbsLogMoneyness, read_chain
from rmot.market.synthetic import synthetic_index_chain
from rmot.studies.quotes.published_filters import counted, finished_quotes, printed, run
from rmot.studies.study import Config


def test_counts_alone_and_in_order_add_up(tmp_path):
    synthetic_index_chain(tmp_path / "spx.csv", 1)
    chain = read_chain(tmp_path / "spx.csv")
    tables = finished_quotes(chain)
    filters = (MaximumAbsLogMoneyness(0.1), MaturityRange(30, 180))
    counts = counted(tables, filters)
    quotes = sum(map(len, tables))
    assert set(counts["quotes"]) == {quotes}
    assert quotes == chain.surface().report.kept
    for row, each in zip(counts.to_dict("records"), filters, strict=True):
        alone = chain.surface(filters=(each,)).report
        assert row["removed_alone"] == alone.reasons()[each.reason]
    both = chain.surface(filters=filters).report
    assert list(counts["removed_in_order"]) == [both.reasons()[each.reason] for each in filters]
    assert counts["left"].iloc[-1] == both.kept == quotes - counts["removed_in_order"].sum()
    assert counts["slices_left"].iloc[-1] == len(chain.surface(filters=filters))
    reach = counts[["lowest_log_moneyness", "highest_log_moneyness"]].to_numpy()[-1]
    assert np.all(np.abs(reach) <= 0.1)
    in_wings, anywhere = counts[["wing_removed_alone", "removed_alone"]].to_numpy().T
    assert np.all((in_wings > 0) & (in_wings <= anywhere))


def test_it_runs_and_prints_where_nothing_is_left(tmp_path):
    synthetic_index_chain(tmp_path / "spx.csv", 1)
    table = run(Config("quick", {"SPX": tmp_path / "spx.csv"}))
    assert table["left"].iloc[-1] == 0
    assert printed(table).count(r"\\") == len(table) + 1
