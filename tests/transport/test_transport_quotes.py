"""What quotes accept, refuse and take from a smile."""

from dataclasses import dataclass

import numpy as np
import pytest

from rmot.errors import ParameterError
from rmot.payoffs import PiecewiseLinear, call
from rmot.transport import Quotes


@dataclass(frozen=True)
class _Smile:
    log_moneyness: np.ndarray
    bid_price: np.ndarray
    ask_price: np.ndarray


def test_calls_of_a_smile_are_in_units_of_the_forward():
    smile = _Smile(
        log_moneyness=np.array([-0.1, 0.2]),
        bid_price=np.array([0.11, 0.01]),
        ask_price=np.array([0.12, 0.02]),
    )
    quotes = Quotes.from_smile(smile)
    strikes = [payoff.kinks[0] for payoff in quotes.payoffs if isinstance(payoff, PiecewiseLinear)]
    np.testing.assert_allclose(strikes, np.exp([-0.1, 0.2]), rtol=1e-15)
    np.testing.assert_array_equal(quotes.bid, smile.bid_price)
    np.testing.assert_array_equal(quotes.ask, smile.ask_price)


@pytest.mark.parametrize(
    ("payoffs", "bid", "ask"),
    [
        ([call(1.0)], [0.2], [0.1]),
        ([call(1.0)], [np.nan], [0.1]),
        ([call(1.0)], [0.1, 0.2], [0.1, 0.2]),
        ([call(1.0), "put"], [0.1, 0.2], [0.1, 0.2]),
        ([[0.0, np.nan]], [0.1], [0.1]),
        ([0.0, 1.0], [0.1, 0.1], [0.1, 0.1]),
    ],
)
def test_bad_quotes_raise_one_clear_error(payoffs, bid, ask):
    with pytest.raises(ParameterError, match="expected"):
        Quotes(payoffs, bid, ask)


def test_crossed_quotes_are_named():
    with pytest.raises(ParameterError, match=r"quote 1 \(call\(strike=1.1\)\) bid 0.2 ask 0.1"):
        Quotes([call(1.0), call(1.1)], [0.1, 0.2], [0.1, 0.1])
