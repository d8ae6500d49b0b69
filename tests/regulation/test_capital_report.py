"""The workflow on quotes of known truth: its steps, its totals, and the page that shows them."""

import json
import math
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from rmot.dependence import aligned_returns
from rmot.errors import DataError, MissingData
from rmot.market import read_history
from rmot.market.synthetic import synthetic_index_chain
from rmot.payoffs import basket_call
from rmot.regulation import Portfolio, capital_report, stress_capital
from rmot.regulation.report.figures import scenario_figure
from rmot.regulation.report.page import page
from rmot.regulation.report.svg import Drawing, Scale, scale
from rmot.studies.capital.report import SYNTHETIC_CORRELATION, drawn_closes
from rmot.transport import Quotes, basket_bounds

BOOK = """
name = "Book <b>& \\"sons\\"</b>"
close = 2022-02-04
settlement = "AM"

[[asset]]
name = "SPX"
chain = "spx.csv.gz"
history = "SPX.csv"
observations = "history"

[[asset]]
name = "NDX"
chain = "ndx.csv.gz"
history = "NDX.csv"
observations = "history"

[[position]]
name = "Basket <script>alert(1)</script>"
payoff = "call"
assets = ["SPX", "NDX"]
shares = [0.5, 0.5]
strike = 1.02
expiry = 2022-03-18
notional = 300e6
side = "short"

[[position]]
name = "Spread"
payoff = "put"
assets = ["NDX", "SPX"]
weights = [1.0, -1.0]
strike = 0.0
expiry = 2022-03-18
notional = 100e6
side = "long"
premium = 2e6
risk_class = "idiosyncratic equity"

[[position]]
name = "Digital"
payoff = "digital"
assets = ["SPX"]
strike = 1.04
expiry = 2022-03-18
notional = 50e6
side = "short"

[[position]]
name = "Out of reach"
payoff = "call"
assets = ["SPX"]
strike = 9.0
expiry = 2022-03-18
notional = 10e6
side = "long"

[method]
correlation = "history"
radius_multiple = 2.0
points = 1024
quotes = 9
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    found = tmp_path_factory.mktemp("book")
    for name in ("SPX", "NDX"):
        synthetic_index_chain(found / f"{name.lower()}.csv.gz", seed=1, underlying=name)
    (found / "book.toml").write_text(BOOK)
    close = Portfolio.load(ROOT / "index_baskets.toml").close
    drawn_closes(found, ["SPX", "NDX"], close, seed=1)
    return found


ROOT = Path(__file__).parents[2] / "data" / "portfolios"


@pytest.fixture(scope="module")
def book(folder):
    return Portfolio.load(folder / "book.toml")


@pytest.fixture(scope="module")
def report(book):
    return capital_report(book)


@pytest.fixture(scope="module")
def text(report):
    return page(report)


def test_quotes_and_eligibility_are_reported_and_nothing_is_dropped(report):
    assert report.data_kind == "synthetic"
    assert all(check.strikes > 9 and 0 <= check.tight <= 1 for check in report.quotes)
    verdicts = {check.factor: check.modellable for check in report.factors}
    assert verdicts == {
        "options on SPX": True,
        "options on NDX": True,
        "dependence of NDX, SPX": False,
    }
    assert [position.modellable for position in report.positions] == [False, False, True]


def test_the_correlation_is_that_of_the_closes_with_what_marginals_leave(report, folder):
    (pair,) = report.pairs
    histories = {name: read_history(folder / f"{name}.csv") for name in ("SPX", "NDX")}
    returns = aligned_returns(histories, end="2022-02-04").to_numpy()[-252:]
    assert pair.value == pytest.approx(np.corrcoef(returns.T)[0, 1], abs=1e-12)
    assert abs(pair.value - SYNTHETIC_CORRELATION) < 4 * (1 - SYNTHETIC_CORRELATION**2) / 252**0.5
    assert pair.source.startswith("history (real-world measure)")
    assert pair.identified_lower < pair.lower < pair.value < pair.upper < pair.identified_upper


def test_classical_bounds_are_those_of_the_same_quotes(report, book):
    from rmot.market import read_chain

    quotes = []
    for asset in book.assets:
        assert asset.chain is not None
        surface = read_chain(asset.chain).surface(maturities=["2022-03-18"])
        (smile,) = surface.select(settlement="AM").thin(9).slices
        quotes.append(Quotes.from_smile(smile))
    found = basket_bounds(basket_call([0.5, 0.5], 1.02), quotes, (1.0, 1.0))
    first = report.positions[0]
    assert (first.classical.lower, first.classical.upper) == (found.lower, found.upper)
    units = first.notional * first.discount_factor
    assert first.classical_charge == pytest.approx(units * (found.upper - first.price), rel=1e-12)


def test_charges_are_distances_to_the_bound_against_the_side(report):
    basket, spread, digital = report.positions
    for each, distance in (
        (basket, basket.ball.upper - basket.price),
        (spread, spread.price - spread.ball.lower),
        (digital, digital.ball.upper - digital.price),
    ):
        units = each.notional * each.discount_factor
        assert each.charge == pytest.approx(units * distance, rel=1e-12)
        assert each.either >= each.charge
        assert each.over_correlation_charge >= each.charge
        assert each.classical_charge > each.charge > 0
        assert each.scenarios is not None
        assert each.scenarios.charge == pytest.approx(each.charge, abs=1e-7 * units)
        # at least the mean loss of the calibrated law, which is zero, and at most the largest loss,
        # but for the rounding of a mean of equal losses
        most = each.scenarios.loss.max() * (1.0 + each.scenarios.loss.size * np.finfo(float).eps)
        assert 0 < each.shortfall <= most
    # a spread moves with the correlation more than its ball is wide, one asset not at all
    assert spread.over_correlation is not None
    assert spread.over_correlation.lower < spread.ball.lower
    assert spread.over_correlation_charge > spread.charge
    assert digital.over_correlation is None
    assert digital.over_correlation_charge == digital.charge
    assert basket.premium == basket.notional * basket.discount_factor * basket.price
    assert not basket.premium_given
    assert (spread.premium, spread.premium_given) == (2e6, True)


def test_a_hedge_and_its_charge_cost_the_bound(report):
    for each in report.positions:
        end = each.ball.upper if each.side == "short" else -each.ball.lower
        sign = 1.0 if each.side == "short" else -1.0
        bound = each.notional * each.discount_factor * end
        # each asset's orders are discounted by its own parity's factor; amounts are of the
        # notional's order
        factors = [check.discount_factor for check in report.quotes if check.asset in each.assets]
        slack = each.notional * (1e-9 + max(factors) / min(factors) - 1.0)
        assert each.hedge_cost + sign * each.hedge_charge == pytest.approx(bound, abs=slack)


def test_totals_aggregate_what_may_not_be_modelled(report):
    basket, spread, _ = report.positions
    expected = stress_capital([], [spread.charge], [basket.charge])
    assert report.capital.ball.stress_capital == expected.total
    assert report.capital.ball.charges == pytest.approx(basket.charge + spread.charge)
    assert report.capital.notional == 450e6
    # baskets and the digital carry other residual risks
    assert report.capital.residual_risk == pytest.approx(0.001 * 450e6)
    assert report.capital.not_modellable == 2


def test_a_position_that_cannot_be_bounded_is_named_and_in_no_total(report, text):
    (failure,) = report.failures
    assert failure.name == "Out of reach"
    assert "got 9" in failure.reason
    assert "Out of reach could not be bounded" in text


def test_the_same_position_gives_the_same_figures(report, book):
    again = capital_report(replace(book, positions=book.positions[:1])).to_dict()
    before = report.to_dict()
    assert again["positions"] == before["positions"][:1]
    assert again["fits"] == before["fits"]
    assert again["pairs"] == before["pairs"]


def test_a_report_is_saved_as_json_without_what_json_lacks(report, tmp_path):
    report.save(tmp_path / "report.json")
    content = json.loads((tmp_path / "report.json").read_text())
    assert content["data_kind"] == "synthetic"
    assert content["positions"][0]["ball"]["upper"] == report.positions[0].ball.upper
    assert content["positions"][2]["sampling_error"] is None


class Reader(HTMLParser):
    """What a browser would make of the page: tags, ids, texts."""

    VOID = frozenset({"meta", "br", "hr", "img", "link", "input", "line", "rect", "circle"})

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.ids, self.references, self.words = [], [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.ids += [value for name, value in attrs if name == "id"]
        self.references += [
            part
            for name, value in attrs
            if name == "aria-labelledby"
            for part in (value or "").split()
        ]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


@pytest.fixture(scope="module")
def reader(text):
    found = Reader()
    found.feed(text)
    return found


def test_the_page_is_whole_and_takes_nothing_from_elsewhere(reader, text):
    assert not reader.open
    names = {tag for tag, _ in reader.tags}
    assert not names & {"script", "link", "img", "iframe", "object", "form", "b>"}
    for _, attributes in reader.tags:
        assert not any(name.startswith("on") for name in attributes)
        for name in ("src", "href"):
            assert attributes.get(name, "#main") == "#main"
    assert "default-src 'none'" in text
    assert "url(" not in text
    assert "@import" not in text


def test_names_are_text_and_never_markup(reader):
    words = " ".join(reader.words)
    assert "Basket <script>alert(1)</script>" in words
    assert 'Book <b>& "sons"</b>' in words


def test_the_page_speaks_to_who_does_not_see_it(reader):
    assert len(reader.ids) == len(set(reader.ids))
    assert set(reader.references) <= set(reader.ids)
    tags = reader.tags
    assert ("html", {"lang": "en-GB"}) in tags
    drawings = [attributes for tag, attributes in tags if tag == "svg"]
    assert drawings
    assert all(each["role"] == "img" for each in drawings)
    assert sum(tag == "table" for tag, _ in tags) == sum(tag == "caption" for tag, _ in tags)
    assert all("scope" in attributes for tag, attributes in tags if tag == "th")
    levels = [int(tag[1]) for tag, _ in tags if tag in ("h1", "h2", "h3")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_the_page_says_what_the_figures_are(reader):
    words = " ".join(reader.words)
    for said in ("synthetic", "none is learned from them", "MAR33.17", "of premium", "seed 1"):
        assert said in words
    assert "nan" not in words.lower().split()


def test_marks_lie_within_their_drawings(report):
    position = report.positions[0]
    drawing = scenario_figure(position, position.scenarios.reduced(20))
    found = Reader()
    found.feed(drawing.render("one"))
    for tag, attributes in found.tags:
        if tag == "circle":
            assert 0 <= float(attributes["cx"]) <= drawing.width
            assert 0 <= float(attributes["cy"]) <= drawing.height


def test_ticks_are_labelled_with_the_decimals_that_they_need():
    drawing = Drawing(100, 100, "title", "description")
    drawing.bottom_axis(Scale(9.0, 16.0, 0.0, 100.0), 90, "x", 3)
    drawn = drawing.render("one")
    assert all(f">{label}<" in drawn for label in ("10.0", "12.5", "15.0"))


def test_scales_tick_at_round_numbers_inside():
    ticks = Scale(0.613, 3.529, 0.0, 100.0).ticks(4)
    assert ticks == pytest.approx([1.0, 2.0, 3.0])
    flat = scale([2.0, 2.0, math.nan], 0.0, 10.0)
    assert flat(2.0) == pytest.approx(5.0)


def test_quotes_of_another_day_and_missing_expiries_are_refused(book, folder):
    other = replace(book, close=book.close.replace(day=3))
    with pytest.raises(DataError, match="portfolio's close, 2022-02-03"):
        capital_report(other)
    late = replace(book.positions[0], expiry=book.close.replace(month=5))
    with pytest.raises(DataError, match="SPX, which Basket"):
        capital_report(replace(book, positions=(late,)))
    evening = replace(book.positions[0], expiry=book.close.replace(month=3, day=4))
    with pytest.raises(DataError, match="expected quotes of SPX for 2022-03-04 AM"):
        capital_report(replace(book, positions=(evening,)))


def test_quotes_and_histories_that_are_not_here_are_named(book):
    gone = tuple(replace(asset, chain=None) for asset in book.assets)
    with pytest.raises(MissingData, match="expected the dataset"):
        capital_report(replace(book, assets=gone))
    forgotten = tuple(replace(asset, history=None) for asset in book.assets)
    with pytest.raises(MissingData, match="a history of SPX, NDX"):
        capital_report(replace(book, assets=forgotten))
