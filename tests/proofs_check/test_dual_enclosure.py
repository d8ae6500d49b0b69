"""Enclosures of dual values, against mpmath at 50 digits and laws in the ball."""

import sys
from fractions import Fraction

import mpmath
import numpy as np
import pytest

from proofs_check.dual_enclosure import Divergence, enclosed_dual
from rmot.errors import MissingData, ParameterError

DIVERGENCES = [
    Divergence("chi-squared"),
    Divergence("kullback-leibler"),
    Divergence("cressie-read", 2.0),
    Divergence("cressie-read", 1.5),
    Divergence("cressie-read", 3.7),
]


def _given(seed, n=40, m=4):
    rng = np.random.default_rng(seed)
    lower = rng.normal(size=m)
    return {
        "weights": rng.dirichlet(np.ones(n)),
        "payoff": rng.normal(size=n),
        "instruments": rng.normal(size=(n, m)),
        "multipliers": rng.normal(size=m),
        "theta": float(rng.uniform(0.1, 2)),
        "lower": lower,
        "upper": lower + rng.uniform(0, 1, m),
        "radius": 0.1,
    }


def _conjugate(divergence, y):
    """Maximise x y - phi(x) over x >= 0 by the stationary point."""
    one = mpmath.mpf(1)
    if divergence.kind == "kullback-leibler":
        x = mpmath.exp(y)
        return x * y - (x * mpmath.log(x) - x + 1)
    if divergence.kind == "chi-squared":
        x = max(mpmath.mpf(0), 1 + y / 2)
        return x * y - (x - 1) ** 2
    q = mpmath.mpf(divergence.order)
    base = 1 + (q - 1) * y
    x = base ** (one / (q - 1)) if base > 0 else mpmath.mpf(0)
    return x * y - (x**q - q * (x - 1) - 1) / (q * (q - 1))


def _value(given, divergence):
    y = [mpmath.mpf(float(v)) for v in given["multipliers"]]
    total = mpmath.mpf(given["theta"]) * mpmath.mpf(given["radius"])
    for own, low, high in zip(y, given["lower"], given["upper"], strict=True):
        total += own * mpmath.mpf(float(high if own > 0 else low))
    theta = mpmath.mpf(given["theta"])
    for w, c, row in zip(given["weights"], given["payoff"], given["instruments"], strict=True):
        left = mpmath.mpf(float(c)) - sum(
            a * mpmath.mpf(float(g)) for a, g in zip(y, row, strict=True)
        )
        total += theta * mpmath.mpf(float(w)) * _conjugate(divergence, left / theta)
    return total


@pytest.mark.parametrize("divergence", DIVERGENCES, ids=str)
@pytest.mark.parametrize("seed", range(3))
def test_enclosure_holds_the_value_and_is_as_narrow_as_its_digits(divergence, seed):
    given = _given(seed)
    low, high = enclosed_dual(**given, divergence=divergence)
    with mpmath.workdps(50):
        value = _value(given, divergence)
        # Thirty digits, rounded outwards; mpmath's own error is below 1e-45.
        assert mpmath.mpf(low) <= value <= mpmath.mpf(high)
        assert mpmath.mpf(high) - mpmath.mpf(low) <= 2 * abs(value) * mpmath.mpf(10) ** -29


def test_chi_squared_is_twice_cressie_and_read_of_order_two():
    # 2 phi_2 has the conjugate 2 phi_2*(y / 2): half of theta in, twice out.
    given = _given(7)
    whole = enclosed_dual(**given, divergence=Divergence("chi-squared"))
    half = {**given, "theta": 2 * given["theta"], "radius": given["radius"] / 2}
    doubled = enclosed_dual(**half, divergence=Divergence("cressie-read", 2.0))
    assert float(whole[1]) == pytest.approx(float(doubled[1]), rel=1e-14)


@pytest.mark.parametrize("divergence", DIVERGENCES[:2], ids=str)
def test_value_exceeds_what_laws_in_the_ball_earn(divergence):
    given = _given(5)
    rng = np.random.default_rng(6)
    w = given["weights"]
    for _ in range(20):
        density = 1 + 0.2 * rng.uniform(-1, 1, w.size)
        density /= w @ density
        spent = {
            "chi-squared": w @ (density - 1) ** 2,
            "kullback-leibler": w @ (density * np.log(density)),
        }[divergence.kind]
        reached = (w * density) @ given["instruments"]
        ball = {**given, "radius": float(spent), "lower": reached, "upper": reached}
        high = enclosed_dual(**ball, divergence=divergence)[1]
        assert float(high) >= (w * density) @ given["payoff"] - 1e-12


def test_sparse_instruments_give_the_same_numbers():
    given = _given(3)
    table = given["instruments"]
    divergence = Divergence("chi-squared")
    by_rows = {**given, "instruments": lambda i: enumerate(table[i].tolist())}
    assert enclosed_dual(**given, divergence=divergence) == enclosed_dual(
        **by_rows, divergence=divergence
    )


@pytest.mark.parametrize("order", [1.5, 3.0])
def test_nodes_without_density_count_as_the_conjugate_at_zero(order):
    # y = -1/(q-1) exactly: the density vanishes there, and phi* = -1/q.
    low, high = enclosed_dual(
        [1.0], [-1 / (order - 1)], np.zeros((1, 0)), [], 1.0, [], [], 0.0,
        Divergence("cressie-read", order),
    )  # fmt: skip
    assert Fraction(low) <= -1 / Fraction(order) <= Fraction(high)
    assert Fraction(high) - Fraction(low) < Fraction(1, 10**15)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"theta": 0.0}, "theta > 0"),
        ({"radius": -1.0}, "radius >= 0"),
        ({"upper": np.full(4, np.inf), "lower": np.full(4, -np.inf)}, "finite sides"),
        ({"multipliers": np.full(3, 1.0)}, "one shape"),
        ({"instruments": np.zeros((2, 2))}, "shape"),
        ({"weights": np.full(40, -1.0)}, "weights >= 0"),
        ({"payoff": np.full(39, 1.0)}, "one shape"),
    ],
)
def test_bad_input_raises_one_clear_error(change, match):
    with pytest.raises(ParameterError, match=match):
        enclosed_dual(**{**_given(1), **change}, divergence=Divergence("chi-squared"))


@pytest.mark.parametrize(
    ("kind", "order"),
    [("cressie-read", None), ("cressie-read", 1.0), ("chi-squared", 2.0), ("hellinger", None)],
)
def test_unknown_divergences_are_refused(kind, order):
    with pytest.raises(ParameterError, match="expected"):
        Divergence(kind, order)


def test_absence_of_the_ball_arithmetic_is_said_clearly(monkeypatch):
    monkeypatch.setitem(sys.modules, "flint", None)
    with pytest.raises(MissingData, match="artifact"):
        enclosed_dual(**_given(1), divergence=Divergence("chi-squared"))
