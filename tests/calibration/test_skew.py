from dataclasses import replace

import numpy as np
import pytest

from rmot.calibration import at_the_money, skew_term_structure
from rmot.errors import DataError, ParameterError
from rmot.market import read_chain
from rmot.market.synthetic import index_smile, synthetic_index_chain
from rmot.models import RoughHeston


@pytest.fixture(scope="module")
def surface(tmp_path_factory):
    path = tmp_path_factory.mktemp("skew") / "spx.csv.gz"
    synthetic_index_chain(path, seed=4)
    return read_chain(path).surface()


def _with_volatility(smile, volatility):
    """Return the smile with volatilities that are given, and its own spreads."""
    half = 0.5 * (smile.ask_volatility - smile.bid_volatility)
    return replace(
        smile,
        implied_volatility=volatility,
        bid_volatility=volatility - half,
        ask_volatility=volatility + half,
    )


def test_a_cubic_smile_is_returned_exactly(surface):
    smile = surface.slices[4]
    k = smile.log_moneyness
    found = at_the_money(_with_volatility(smile, 0.2 - 0.9 * k + 1.5 * k**2 - 4 * k**3))
    assert found.volatility == pytest.approx(0.2, rel=1e-9)
    assert found.slope == pytest.approx(-0.9, rel=1e-8)
    assert found.curvature == pytest.approx(3.0, rel=1e-7)
    assert found.slope_error < 1e-8


def test_quoted_skews_of_ssvi_are_within_the_quotes_of_the_closed_form(surface):
    truth = index_smile("SPX")
    points, left_out = skew_term_structure(surface)
    assert len(points) == len(surface)
    assert left_out == ()
    for point, smile in zip(points, surface, strict=True):
        theta = truth.volatility**2 * point.maturity
        phi = truth.curvature * theta**-truth.exponent * (1 + theta) ** (truth.exponent - 1)
        exact = truth.correlation * phi * np.sqrt(theta) / (2 * np.sqrt(point.maturity))
        # bias of the cubic: the same regression on the smile without noise
        clean = at_the_money(
            _with_volatility(smile, truth.implied_volatility(smile.log_moneyness, point.maturity))
        )
        assert abs(clean.slope - exact) < 0.03 * abs(exact)
        assert abs(point.slope - clean.slope) < 5 * np.hypot(point.slope_error, clean.slope_error)


def test_error_of_the_slope_is_that_of_repeated_noise(surface):
    smile = surface.slices[5]
    k = smile.log_moneyness
    clean = 0.2 - 0.8 * k + k**2
    generator = np.random.default_rng(3)
    found = [
        at_the_money(_with_volatility(smile, clean + 1e-3 * generator.standard_normal(k.size)))
        for _ in range(300)
    ]
    slopes, errors = (np.array([getattr(p, n) for p in found]) for n in ("slope", "slope_error"))
    # standard deviation of 300 has a relative error of 4%; the sandwich is low by leverage
    assert np.sqrt(np.mean(errors**2)) == pytest.approx(slopes.std(), rel=0.2)
    assert abs(slopes.mean() + 0.8) < 4 * slopes.std() / np.sqrt(300)


def test_rough_heston_skews_are_its_own_derivatives(surface):
    model = RoughHeston(
        hurst=0.1,
        vol_of_vol=0.3,
        correlation=-0.7,
        initial_variance=0.04,
        mean_reversion=0.3,
        long_run_variance=0.04,
    )
    step = 1e-3
    for smile in surface.slices[:6:2]:
        down, up = model.implied_volatility(np.array([-step, step]), smile.maturity)
        exact = (up - down) / (2 * step)
        k = smile.log_moneyness
        volatility = np.full(k.size, 0.2)
        near = np.abs(k) < 0.3 * np.sqrt(smile.maturity)
        volatility[near] = model.implied_volatility(k[near], smile.maturity)
        found = at_the_money(_with_volatility(smile, volatility))
        # error of the central difference is step^2; the rest is the cubic's bias over one sd
        assert abs(found.slope - exact) < 0.02 * abs(exact)


def test_what_cannot_be_regressed_is_refused_or_named(surface):
    smile = surface.slices[3]
    with pytest.raises(ParameterError, match="bandwidth"):
        at_the_money(smile, bandwidth=0.0)
    with pytest.raises(ParameterError, match="degree"):
        at_the_money(smile, degree=1)
    with pytest.raises(DataError, match="quotes around the money"):
        at_the_money(smile, bandwidth=0.01)
    with pytest.raises(DataError, match="both sides"):
        at_the_money(replace(smile, log_moneyness=smile.log_moneyness + 5))
    points, left_out = skew_term_structure(surface, bandwidth=0.01)
    assert points == ()
    assert len(left_out) == len(surface)
    assert smile.label in left_out[3]
