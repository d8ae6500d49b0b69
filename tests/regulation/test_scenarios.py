"""Stress scenarios: the mean loss is the charge, and a reduction keeps what it promises."""

import csv

import numpy as np
import pytest

from rmot.errors import ParameterError
from rmot.models import BlackScholes
from rmot.payoffs import basket_call, call
from rmot.regulation import position_charge, stress_scenarios
from rmot.regulation.scenarios import TAIL
from rmot.transport import (
    ChiSquared,
    MultipleOfLeast,
    Prior,
    Quotes,
    gaussian_copula,
    on_assets,
    price_bounds,
    smile_quantile,
)

STRIKES = np.array([0.85, 0.95, 1.0, 1.05, 1.15])
PAYOFF = basket_call([0.5, 0.5], 1.05)
FORWARDS = [100.0, 250.0]
NOTIONAL, DISCOUNT, MATURITY = 2e6, 0.99, 0.25


@pytest.fixture(scope="module")
def quotes():
    own = []
    for volatility in (0.205, 0.295):
        fair = BlackScholes(volatility=volatility).call_price(np.log(STRIKES), MATURITY)
        own.append(Quotes([call(k) for k in STRIKES], 0.99 * fair, 1.01 * fair))
    return on_assets(own)


@pytest.fixture(scope="module")
def bounds(quotes):
    laws = [smile_quantile(BlackScholes(volatility=v), MATURITY) for v in (0.2, 0.3)]
    joint = gaussian_copula(laws, 0.5, 1 << 11, seed=1)
    return price_bounds(
        PAYOFF,
        joint,
        quotes=quotes,
        forwards=(1.0, 1.0),
        divergence=ChiSquared(),
        radius=MultipleOfLeast(2.0),
    )


@pytest.fixture(scope="module", params=["long", "short"])
def scenarios(request, bounds, quotes):
    return stress_scenarios(
        bounds,
        PAYOFF,
        side=request.param,
        maturity=MATURITY,
        names=["A", "B"],
        forwards=FORWARDS,
        quotes=quotes,
        notional=NOTIONAL,
        discount_factor=DISCOUNT,
    )


def test_the_mean_loss_under_stress_is_the_charge(scenarios, bounds):
    charge = position_charge(
        scenarios.side, bounds.lower, bounds.price, bounds.upper, NOTIONAL * DISCOUNT
    )
    slack = NOTIONAL * (1e-9 + bounds.gap)
    assert scenarios.charge == pytest.approx(charge, abs=slack)
    # under the calibrated law nothing is lost on average
    assert scenarios.calibrated @ scenarios.loss == pytest.approx(0.0, abs=slack)


@pytest.mark.parametrize("at_most", [8, 12, 20, 28, 200])
def test_a_reduction_keeps_mass_forwards_and_prices_to_ten_digits(scenarios, quotes, at_most):
    few = scenarios.reduced(at_most)
    kept = min(at_most // 2, scenarios.conditions.shape[1])
    assert len(few) <= min(at_most, len(scenarios))
    for law in ("calibrated", "stressed"):
        before, after = getattr(scenarios, law), getattr(few, law)
        assert np.all(after >= 0)
        assert after.sum() == pytest.approx(1.0, abs=1e-10)
        assert after @ few.prices == pytest.approx([1.0, 1.0], abs=1e-10)
        assert after @ few.payoff == pytest.approx(before @ scenarios.payoff, abs=1e-10)
        exact = before @ scenarios.conditions
        assert (after @ few.conditions)[:kept] == pytest.approx(exact[:kept], abs=1e-10)
    if at_most == 28:
        # all ten quotes fit: the reduced laws meet them
        values = np.array([payoff.value(few.prices) for payoff in quotes.payoffs])
        for law in (few.calibrated, few.stressed):
            assert np.all(values @ law >= quotes.bid - 1e-8)
            assert np.all(values @ law <= quotes.ask + 1e-8)
    assert few.charge == pytest.approx(scenarios.charge, abs=1e-9 * NOTIONAL)


def test_every_scenario_keeps_its_likelihood_ratio(scenarios):
    few = scenarios.reduced(12)
    before = dict(zip(scenarios.identifiers, scenarios.likelihood_ratio, strict=True))
    for point, ratio in zip(few.identifiers, few.likelihood_ratio, strict=True):
        assert ratio == pytest.approx(before[point], rel=1e-12)


def test_too_few_scenarios_are_refused_with_the_number_needed(scenarios):
    assert scenarios.fewest == 8
    with pytest.raises(ParameterError, match="at least 8 scenarios"):
        scenarios.reduced(7)


def test_shocks_are_those_of_the_two_laws(scenarios, bounds):
    shocks = {(each.factor, each.kind): each for each in scenarios.shocks}
    assert len(shocks) == 2 * 5 + 1
    for name in ("A", "B"):
        assert shocks[name, "forward"].shock == pytest.approx(0.0, abs=1e-9)
    # an independent reading: the option at the money, priced by the law and inverted by bisection
    law = bounds.law("upper" if scenarios.side == "short" else "lower")
    price = law.weights @ np.maximum(law.prior.points[:, 1] - 1.0, 0.0)
    low, high = 0.01, 1.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        above = BlackScholes(volatility=middle).call_price(np.zeros(1), MATURITY)[0] > price
        low, high = (low, middle) if above else (middle, high)
    assert shocks["B", "volatility at the money"].stressed == pytest.approx(low, abs=1e-8)
    logs = np.log(law.prior.points[law.weights > 0])
    correlation = np.cov(logs.T, aweights=law.weights[law.weights > 0], ddof=0)
    expected = correlation[0, 1] / np.sqrt(correlation[0, 0] * correlation[1, 1])
    assert shocks["A, B", "correlation"].stressed == pytest.approx(expected, abs=1e-12)


def test_a_desk_reads_scenarios_and_shocks_back(scenarios, tmp_path):
    few = scenarios.reduced(20)
    few.save(tmp_path / "folder" / "basket.csv")
    with open(tmp_path / "folder" / "basket.csv", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert len(rows) == len(few)
    weights = np.array([float(row["stressed_weight"]) for row in rows])
    assert weights @ [float(row["loss"]) for row in rows] == few.charge
    assert weights @ [float(row["B"]) for row in rows] == pytest.approx(250.0, abs=1e-7)
    with open(tmp_path / "folder" / "basket_shocks.csv", newline="") as handle:
        shocks = list(csv.DictReader(handle))
    assert {row["factor"] for row in shocks} == {"A", "B", "A, B"}


def test_one_asset_has_its_tail_as_a_scenario():
    prior = BlackScholes(volatility=0.2).prior(MATURITY, upper=1.3, kinks=[0.95, 1.05])
    bounds = price_bounds(call(1.05), prior, divergence=ChiSquared(), radius=0.01)
    found = stress_scenarios(
        bounds, call(1.05), side="short", maturity=MATURITY, names=["A"], forwards=[50.0]
    )
    assert np.sum(found.identifiers == TAIL) == 2
    assert found.charge == pytest.approx(bounds.upper - bounds.price, abs=1e-9 + bounds.gap)
    few = found.reduced(6)
    assert len(few) <= 6
    assert few.stressed @ few.prices[:, 0] == pytest.approx(1.0, abs=1e-10)
    assert few.stressed @ few.payoff == pytest.approx(bounds.upper, abs=1e-10 + bounds.gap)


def test_paths_keep_their_numbers_and_their_means_at_each_date(tmp_path):
    rng = np.random.default_rng(5)
    paths = np.exp(np.cumsum(0.1 * rng.standard_normal((300, 3, 2)) - 0.005, axis=1))
    paths /= paths.mean(axis=0)
    prior = Prior(paths, np.full(300, 1 / 300))
    worst = np.maximum(1.0 - paths.min(axis=(1, 2)), 0.0)
    bounds = price_bounds(
        worst, prior, forwards=np.ones((3, 2)), divergence=ChiSquared(), radius=0.1
    )
    found = stress_scenarios(
        bounds, worst, side="short", maturity=1.0, names=["A", "B"], forwards=[1.0, 1.0]
    )
    few = found.reduced(found.fewest)
    assert few.prices.shape[1:] == (3, 2)
    assert np.array_equal(few.prices, paths[few.identifiers])
    assert np.tensordot(few.stressed, few.prices, 1) == pytest.approx(np.ones((3, 2)), abs=1e-10)
    assert few.stressed @ few.payoff == pytest.approx(bounds.upper, abs=1e-10 + bounds.gap)
    few.save(tmp_path / "paths.csv")
    head = (tmp_path / "paths.csv").read_text().splitlines()[0].split(",")
    assert head[4:10] == ["A@1", "B@1", "A@2", "B@2", "A@3", "B@3"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"side": "flat"}, "side 'long' or 'short'"),
        ({"names": ["A"]}, "2 assets"),
        ({"forwards": [1.0, -1.0]}, "forwards > 0"),
        ({"notional": 0.0}, "notional > 0"),
        ({"maturity": float("nan")}, "maturity > 0"),
        ({"quotes": Quotes([], [], [])}, "10 quotes"),
    ],
)
def test_what_does_not_fit_is_refused(bounds, quotes, changed, said):
    given = {
        "side": "long", "maturity": 1.0, "names": ["A", "B"], "forwards": [1.0, 1.0],
        "quotes": quotes,
    }  # fmt: skip
    with pytest.raises(ParameterError, match=said):
        stress_scenarios(bounds, PAYOFF, **{**given, **changed})
