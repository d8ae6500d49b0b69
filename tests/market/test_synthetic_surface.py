"""Surfaces drawn around true volatilities."""

import numpy as np
import pytest

from rmot.errors import ParameterError
from rmot.market.synthetic_surface import TrueSmile, synthetic_surface
from rmot.numerics import implied_volatility

K = np.linspace(-0.1, 0.1, 400)


def true_smile(maturity, noise=0.002):
    return TrueSmile(maturity, K, 0.2 + 0.1 * K**2, np.full(K.size, noise))


def test_without_a_generator_the_mids_are_the_truth():
    surface = synthetic_surface([true_smile(0.1), true_smile(0.5)], None)
    assert surface.source.kind == "synthetic"
    for smile in surface:
        truth = true_smile(smile.maturity)
        assert smile.implied_volatility.tolist() == truth.implied_volatility.tolist()
        found = implied_volatility(smile.call_price, smile.log_moneyness, smile.maturity)
        assert found == pytest.approx(truth.implied_volatility, abs=1e-12)
        assert (smile.bid_price < smile.call_price).all()
        assert (smile.call_price < smile.ask_price).all()
        assert smile.ask_volatility - smile.bid_volatility == pytest.approx(0.004)


def test_errors_have_the_deviation_asked_for():
    surface = synthetic_surface([true_smile(0.1), true_smile(0.5)], np.random.default_rng(7))
    truth = true_smile(0.1).implied_volatility
    scores = np.array([(smile.implied_volatility - truth) / 0.002 for smile in surface])
    # 800 standard normals: mean within 4 / sqrt(800), sum of squares within 4 sqrt(1600)
    assert abs(np.mean(scores)) < 4 / 800**0.5
    assert abs(np.sum(np.square(scores)) - 800) < 4 * 1600**0.5
    assert abs(np.mean(scores[0] * scores[1])) < 4 / 400**0.5


def test_same_seed_same_quotes():
    first, again, other = (
        synthetic_surface([true_smile(0.1)], np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    assert first.source == again.source != other.source


@pytest.mark.parametrize(
    ("smiles", "words"),
    [
        ([], "maturities"),
        ([true_smile(0.5), true_smile(0.1)], "increasing"),
        ([true_smile(0.1, noise=0.3)], "bid"),
    ],
)
def test_impossible_surfaces_are_refused(smiles, words):
    with pytest.raises(ParameterError, match=words):
        synthetic_surface(smiles, None)
