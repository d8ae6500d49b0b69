"""Options on the largest and least price, against programs over couplings and published bounds."""

from itertools import product

import numpy as np
import pytest
from scipy.optimize import linprog

from rmot.errors import InfeasibleQuotes, ParameterError
from rmot.numerics import black_call
from rmot.payoffs import call, digital, put
from rmot.transport import Quotes, Unrestricted, extreme_bounds, price_bounds

STRIKES = (np.array([0.8, 1.0, 1.3]), np.array([0.9, 1.1]), np.array([1.0]))
CASES = list(product(("call", "put"), ("largest", "least"), (0.85, 1.05)))


def _calls(strikes, deviation, width=1e-3):
    fair = black_call(np.log(strikes), deviation, 1.0)
    return Quotes([call(k) for k in strikes], fair - width, fair + width)


QUOTES = [_calls(own, 0.2 + 0.1 * i) for i, own in enumerate(STRIKES)]


@pytest.mark.parametrize(("kind", "extreme", "strike"), CASES)
def test_bounds_are_those_of_all_couplings_on_the_kinks(kind, extreme, strike):
    far = 300.0
    axis = np.unique(np.concatenate([[0.0, strike, far], *STRIKES]))
    points = np.array(list(product(axis, repeat=3)))
    edge = points.max(axis=1) if extreme == "largest" else points.min(axis=1)
    worth = (call if kind == "call" else put)(strike).value(edge)
    quoted = np.array([p.value(points[:, i]) for i, q in enumerate(QUOTES) for p in q.payoffs])
    bid, ask = (np.concatenate([getattr(q, side) for q in QUOTES]) for side in ("bid", "ask"))
    found = extreme_bounds(kind, extreme, strike, QUOTES)
    assert found.gap < 1e-9
    for sign, bound in ((1, found.upper), (-1, found.lower)):
        result = linprog(
            -sign * worth,
            A_ub=np.vstack([quoted, -quoted]),
            b_ub=np.concatenate([ask, -bid]),
            A_eq=np.vstack([np.ones(len(points)), points.T]),
            b_eq=np.ones(4),
            method="highs",
        )
        # The far price stands for infinity.
        assert sign * (bound + sign * result.fun) >= -1e-8
        assert -sign * result.fun == pytest.approx(bound, abs=2 / far)


def test_one_asset_is_the_classical_bound():
    plain = price_bounds(call(1.15), None, quotes=QUOTES[0], divergence=Unrestricted())
    for extreme in ("largest", "least"):
        found = extreme_bounds("call", extreme, 1.15, QUOTES[:1])
        assert (found.lower, found.upper) == pytest.approx((plain.lower, plain.upper), abs=1e-10)


def test_a_published_experiment_of_five_assets():
    # Neufeld, Papapantoleon and Xiang (2023), the repository qikunxiang/ModelFreePriceBounds,
    # experiment 3: two lognormal laws each, prices rounded outwards to 0.001. Its README gives
    # [0.000, 0.859] and [2.218, 3.222], by a method whose tolerance was 0.001.
    mean = np.array([0.5, 1.0, 1.0, 0.5, 0.5])
    variances = np.array([[0.2, 0.4, 0.2, 0.4, 0.2], [0.21, 0.42, 0.21, 0.42, 0.21]])
    strikes = np.arange(1.0, 11.0)
    quotes, forwards = [], []
    for i in range(5):
        level = np.exp(mean[i] + variances[:, i] / 2)
        prices = np.array(
            [
                f * black_call(np.log(strikes / f), np.sqrt(v), 1.0)
                for f, v in zip(level, variances[:, i], strict=True)
            ]
        )
        bid, ask = np.floor(prices.min(axis=0) * 1e3) / 1e3, np.ceil(prices.max(axis=0) * 1e3) / 1e3
        quotes.append(Quotes([call(k) for k in strikes], bid, ask))
        forwards.append([np.floor(level.min() * 1e3) / 1e3, np.ceil(level.max() * 1e3) / 1e3])
    on_call = extreme_bounds("call", "least", 1.0, quotes, forwards)
    on_put = extreme_bounds("put", "least", 4.0, quotes, forwards)
    published = (0.0, 0.859, 2.218, 3.222)
    ours = (on_call.lower, on_call.upper, on_put.lower, on_put.upper)
    assert ours == pytest.approx(published, abs=1e-3 + 5e-4)
    # Theirs bound from outside.
    assert on_call.upper <= 0.859 + 5e-4
    assert on_put.upper <= 3.222 + 5e-4


def test_bad_arguments_raise_one_clear_error():
    with pytest.raises(ParameterError, match="largest or least"):
        extreme_bounds("call", "biggest", 1.0, QUOTES)  # pyright: ignore[reportArgumentType]
    with pytest.raises(ParameterError, match="at least one asset"):
        extreme_bounds("call", "least", 1.0, [])
    with pytest.raises(ParameterError, match="3 forwards"):
        extreme_bounds("call", "least", 1.0, QUOTES, np.ones((2, 2)))
    with pytest.raises(ParameterError, match="do not exceed"):
        extreme_bounds("call", "least", 1.0, QUOTES, [[1.1, 1.0]] * 3)
    with pytest.raises(ParameterError, match="jumps"):
        extreme_bounds("call", "least", 1.0, [Quotes([digital(1.0)], [0.4], [0.6])])
    rising = Quotes([call(1.0), call(1.1)], [0.1, 0.2], [0.1, 0.2])
    with pytest.raises(InfeasibleQuotes):
        extreme_bounds("put", "largest", 1.0, [rising, QUOTES[1]])
