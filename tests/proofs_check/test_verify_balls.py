"""Dual points of balls: enclosed as mpmath finds them, rejected once anything in them changes."""

import copy
import json

import mpmath
import numpy as np
import pandas as pd
import pytest
from flint import ctx

from proofs_check import verify_balls
from proofs_check.dual_points import DualPoint, Problem, Rejected
from rmot.errors import ParameterError
from rmot.payoffs import basket_call, call, digital, put
from rmot.transport import (
    ChiSquared,
    CressieRead,
    KullbackLeibler,
    MultipleOfLeast,
    Prior,
    Quotes,
    Tail,
    Unrestricted,
    ball_certificate,
    price_bounds,
    save_balls,
)

DIVERGENCES = [ChiSquared(), KullbackLeibler(), CressieRead(1.5), CressieRead(3.0)]
REJECTIONS = (Rejected, LookupError, TypeError, ValueError)
START, MASS, MEAN = 1.4, 0.02, 0.125
# Beyond the start an exponential law.
TAIL = Tail(START, MASS, MASS * (START + MEAN), MASS * (START**2 + 2 * START * MEAN + 2 * MEAN**2))


@pytest.fixture(autouse=True)
def precision():
    before, ctx.prec = ctx.prec, verify_balls.BITS
    with mpmath.workdps(50):
        yield
    ctx.prec = before


def _prior(tail):
    points = np.linspace(0.5, 1.4, 37)
    weights = np.exp(-0.5 * ((points - 0.97) / 0.13) ** 2)
    left = 1.0 - (tail.mass if tail else 0.0)
    return Prior(points, left * weights / weights.sum(), tail)


def _certificate(divergence, tail=None, payoff=None, multiple=1.5):
    prior = _prior(tail)
    payoffs = [put(0.8), put(0.9), call(1.0), call(1.1), digital(1.05)]
    # What another law near the prior says, so that the quotes bind.
    density = 1.0 + 0.2 * np.sin(9 * prior.points)
    inside = prior.weights * density * prior.weights.sum() / (prior.weights @ density)
    tilted = Prior(prior.points, inside, tail)
    fair = np.array([tilted.expectation(item) for item in payoffs])
    quotes = Quotes(payoffs, fair - 1e-3, fair + 1e-3)
    forward = float(tilted.mean())
    item = payoff or call(1.2)
    radius = MultipleOfLeast(multiple)
    common = {"quotes": quotes, "forwards": forward, "divergence": divergence}
    bounds = price_bounds(item, prior, radius=radius, **common)
    made = ball_certificate(item, prior, bounds=bounds, **common)
    return json.loads(json.dumps(made))


CASES = {
    **{f"{divergence}": (divergence, None) for divergence in DIVERGENCES},
    "chi-squared with tail": (ChiSquared(), TAIL),
    "kullback-leibler with tail": (KullbackLeibler(), TAIL),
}


@pytest.fixture(scope="module")
def made():
    return {name: _certificate(*given) for name, given in CASES.items()}


@pytest.fixture(params=CASES)
def certificate(request, made):
    return copy.deepcopy(made[request.param])


def _conjugate(divergence, y):
    """Maximise x y - phi(x) over x >= 0 at its stationary point."""
    kind = divergence["kind"]
    if kind == "kullback-leibler":
        x = mpmath.exp(y)
        return x * y - (x * mpmath.log(x) - x + 1)
    if kind == "chi-squared":
        x = max(mpmath.mpf(0), 1 + y / 2)
        return x * y - (x - 1) ** 2
    q = mpmath.mpf(divergence["order"])
    base = 1 + (q - 1) * y
    x = base ** (1 / (q - 1)) if base > 0 else mpmath.mpf(0)
    return x * y - (x**q - q * (x - 1) - 1) / (q * (q - 1))


def _worth(payoff, s):
    piece = sum(k <= s for k in payoff["kinks"])
    return mpmath.mpf(payoff["intercepts"][piece]) + mpmath.mpf(payoff["slopes"][piece]) * s


def _dual_value(content, side, charge_beyond):
    """Add the dual value up; `charge_beyond` is of what is left on the tail, a function of s."""
    sign, point = {"upper": 1, "lower": -1}[side], content[side]
    theta, prior = sign * mpmath.mpf(point["theta"]), content["prior"]
    (forward,), (units,) = content["forwards"], point["forwards"]

    def left(s):
        held = point["cash"] + mpmath.mpf(units) * s
        for amount, quote in zip(point["positions"], content["quotes"], strict=True):
            held += mpmath.mpf(amount) * _worth(quote["payoff"], s)
        return sign * (_worth(content["payoff"], s) - held)

    cost = sign * (mpmath.mpf(point["cash"]) + mpmath.mpf(units) * mpmath.mpf(forward))
    for amount, quote in zip(point["positions"], content["quotes"], strict=True):
        price = quote["ask" if sign * amount > 0 else "bid"]
        cost += sign * mpmath.mpf(amount) * mpmath.mpf(price)
    total = mpmath.fsum(map(mpmath.mpf, prior["weights"]))
    total += mpmath.mpf(prior["tail"]["mass"]) if prior["tail"] else 0
    charge = mpmath.fsum(
        mpmath.mpf(w) * theta * _conjugate(content["divergence"], left(mpmath.mpf(s)) / theta)
        for s, w in zip(prior["points"], prior["weights"], strict=True)
    )
    charge += charge_beyond(left, theta) if prior["tail"] else 0
    return sign * (cost + theta * mpmath.mpf(content["radius"]) + charge / total)


@pytest.mark.parametrize("side", ["lower", "upper"])
def test_enclosure_holds_the_value_and_is_as_narrow_as_its_digits(certificate, side):
    point = certificate[side]

    def beyond(left, theta):
        tail, start = certificate["prior"]["tail"], mpmath.mpf(START)
        mass, first = mpmath.mpf(tail["mass"]), mpmath.mpf(tail["first_moment"])
        height = left(start)
        if certificate["divergence"]["kind"] == "kullback-leibler":
            return mass * theta * _conjugate(certificate["divergence"], height / theta)
        a, b = height + point["tail"][0], left(start + 1) - height + point["tail"][1]
        # E of x + x^2 / (4 theta), x = a' + b s, from the raw moments.
        a -= b * start
        linear = a * mass + b * first
        square = a**2 * mass + 2 * a * b * first + b**2 * mpmath.mpf(tail["second_moment"])
        return linear + square / (4 * theta)

    found = verify_balls.enclose(Problem(certificate), side)
    value = _dual_value(certificate, side, beyond)
    # Thirty digits, rounded outwards; mpmath's own error is near 1e-46 here.
    assert mpmath.mpf(found["below"]) <= value <= mpmath.mpf(found["above"])
    width = mpmath.mpf(found["above"]) - mpmath.mpf(found["below"])
    assert width <= 2 * abs(value) * mpmath.mpf(10) ** -29
    assert found["distance"] <= found["allowed"] + point["gap"] < 1e-8


@pytest.mark.parametrize("name", ["chi-squared with tail", "kullback-leibler with tail"])
@pytest.mark.parametrize("side", ["lower", "upper"])
def test_no_tail_of_those_moments_charges_more(made, name, side):
    content = made[name]

    def beyond(left, theta):
        def integrand(s):
            density = mpmath.mpf(MASS) * mpmath.exp(-(s - START) / MEAN) / MEAN
            return density * theta * _conjugate(content["divergence"], left(s) / theta)

        return mpmath.quad(integrand, [START, START + MEAN, START + 8 * MEAN, START + 60 * MEAN])

    found = verify_balls.enclose(Problem(content), side)
    true = _dual_value(content, side, beyond)
    # The tail's moments are doubles, right to a few units of the last place.
    if side == "upper":
        assert mpmath.mpf(found["above"]) >= true - 1e-15
    else:
        assert mpmath.mpf(found["below"]) <= true + 1e-15


def test_chi_squared_is_twice_cressie_and_read_of_order_two(made):
    content = copy.deepcopy(made[str(ChiSquared())])
    one = verify_balls.enclose(Problem(content), "upper")
    # 2 phi_2 has the conjugate 2 phi_2*(y / 2): twice theta, half the radius.
    content["divergence"] = {"kind": "cressie-read", "order": 2.0}
    content["radius"] /= 2
    content["upper"]["theta"] *= 2
    other = verify_balls.enclose(Problem(content), "upper")
    assert mpmath.almosteq(mpmath.mpf(one["above"]), mpmath.mpf(other["above"]), rel_eps=1e-28)


@pytest.mark.parametrize("side", ["lower", "upper"])
def test_duality_gap_and_misses_are_small_where_the_radius_binds(certificate, side):
    found = verify_balls.enclose(Problem(certificate), side)
    if abs(certificate[side]["theta"]) > 1e-6:
        # The solver's aim is a gap of 1e-9 of the payoff's deviation, which is below one.
        assert found["gap"] <= 1e-7
        assert found["missed"] <= 1e-6


def _rejected(content, side):
    try:
        verify_balls.enclose(Problem(content), side)
    except REJECTIONS:
        return True
    return False


@pytest.mark.parametrize("side", ["lower", "upper"])
def test_a_multiplier_of_the_other_sign_is_rejected(certificate, side):
    positions = certificate[side]["positions"]
    largest = int(np.argmax(np.abs(positions)))
    positions[largest] = -positions[largest]
    assert _rejected(certificate, side)


@pytest.mark.parametrize("side", ["lower", "upper"])
@pytest.mark.parametrize("by", [-1e-6, 1e-6])
def test_another_price_of_what_is_held_is_rejected(certificate, side, by):
    positions = certificate[side]["positions"]
    largest = int(np.argmax(np.abs(positions)))
    paid = (positions[largest] > 0) == (side == "upper")
    certificate["quotes"][largest]["ask" if paid else "bid"] += by
    assert _rejected(certificate, side)


@pytest.mark.parametrize("side", ["lower", "upper"])
@pytest.mark.parametrize(
    "path",
    [["cash"], ["forwards", 0], ["theta"], ["stated"]],
    ids=str,
)
def test_another_dual_point_is_rejected(certificate, side, path):
    place = certificate[side]
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] += 1e-3
    assert _rejected(certificate, side)


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c["prior"]["weights"].__setitem__(0, -1e-3),
        lambda c: c["prior"]["weights"].__setitem__(20, 0.2),
        lambda c: c["prior"]["points"].__setitem__(20, 0.9),
        lambda c: c["prior"]["points"].pop(),
        lambda c: c["payoff"]["intercepts"].__setitem__(-1, -1.1),
        lambda c: c["upper"].__setitem__("theta", -c["upper"]["theta"]),
        lambda c: c["upper"].__setitem__("cash", float("nan")),
        lambda c: c["upper"]["positions"].pop(),
        lambda c: [quote.update(bid=None, ask=None) for quote in c["quotes"]],
        lambda c: c.__setitem__("radius", c["radius"] + 1.0),
        lambda c: c.__setitem__("divergence", {"kind": "hellinger"}),
    ],
)
def test_changed_problems_are_rejected(certificate, change):
    change(certificate)
    assert _rejected(certificate, "upper")


def test_a_bound_may_be_wider_by_its_gap_but_never_tighter(certificate):
    gap = certificate["upper"]["gap"] = 1e-4
    stated = certificate["upper"]["stated"]
    for by, wrong in ((0.9 * gap, False), (1.1 * gap, True), (-0.01 * gap, True)):
        certificate["upper"]["stated"] = stated + by
        assert _rejected(certificate, "upper") is wrong


def test_a_tail_is_not_held_by_what_grows_there_or_by_negative_multipliers(made):
    grows = copy.deepcopy(made["kullback-leibler with tail"])
    grows["upper"]["forwards"][0] -= 1e-12
    with pytest.raises(Rejected, match="grows along the tail"):
        DualPoint(Problem(grows), "upper")
    negative = copy.deepcopy(made["chi-squared with tail"])
    negative["upper"]["tail"] = [-1e-9, 0.0]
    with pytest.raises(Rejected, match="negative v"):
        DualPoint(Problem(negative), "upper")


def test_without_theta_the_cost_of_dominating_is_the_value(made):
    content = copy.deepcopy(made[str(KullbackLeibler())])
    # A forward dominates the call but for the cash; c - S is largest at the least node, 0 - 0.5.
    content["upper"].update(theta=0.0, cash=0.0, forwards=[1.0], positions=[0.0] * 5)
    content["upper"]["stated"] = content["forwards"][0] - 0.5
    found = verify_balls.enclose(Problem(content), "upper")
    assert found["gap"] is None
    assert float(found["above"]) == pytest.approx(content["forwards"][0] - 0.5, abs=1e-15)


def test_baskets_of_two_assets_are_enclosed_by_their_values_on_the_nodes():
    points = np.exp(np.random.default_rng(3).normal(0, 0.1, (60, 2)))
    prior = Prior(points, np.full(60, 1 / 60))
    common = {"forwards": prior.mean(), "divergence": ChiSquared()}
    bounds = price_bounds(basket_call([0.5, 0.5], 1.05), prior, radius=0.1, **common)
    made = ball_certificate(basket_call([0.5, 0.5], 1.05), prior, bounds=bounds, **common)
    found = verify_balls.enclose(Problem(json.loads(json.dumps(made))), "upper")
    assert float(found["above"]) == pytest.approx(bounds.upper, abs=1e-14)


def test_bounds_without_a_finite_dual_point_are_refused():
    prior, fair = _prior(None), _prior(None).mean()
    common = {"forwards": fair, "divergence": ChiSquared()}
    single = price_bounds(call(1.1), prior, radius=MultipleOfLeast(1.0), **common)
    with pytest.raises(ParameterError, match="more than one law"):
        ball_certificate(call(1.1), prior, bounds=single, **common)
    classical = price_bounds(call(1.1), prior, forwards=fair, divergence=Unrestricted())
    with pytest.raises(ParameterError, match="classical"):
        ball_certificate(call(1.1), prior, bounds=classical, **common)


def test_program_writes_a_table_and_names_a_faulty_certificate(made, tmp_path, capsys):
    path, table = tmp_path / "balls.json", tmp_path / "table.csv"
    save_balls(path, list(made.values()), {"data": "drawn"})
    verify_balls.main([str(path), "--table", str(table)])
    assert json.loads(capsys.readouterr().out)["bounds"] == 2 * len(made)
    rows = pd.read_csv(table)
    assert list(rows["side"].unique()) == ["lower", "upper"]
    assert set(rows["data"]) == {"drawn"}
    bad = copy.deepcopy(list(made.values()))
    bad[3]["name"], bad[3]["lower"]["stated"] = "the fourth", 0.5
    save_balls(path, bad)
    with pytest.raises(SystemExit, match="the fourth"):
        verify_balls.main([str(path)])
