"""A path of radii against bounds solved one by one."""

import numpy as np
import pytest

from rmot.errors import InfeasibleRadius, ParameterError
from rmot.payoffs import call, digital
from rmot.transport import (
    ChiSquared,
    CressieRead,
    KullbackLeibler,
    Prior,
    Quotes,
    Unrestricted,
    bounds_path,
    price_bounds,
)


def _market():
    points = np.exp(np.linspace(-1.0, 1.0, 301))
    weights = np.exp(-0.5 * (np.log(points) / 0.2 + 0.1) ** 2)
    prior = Prior(points, weights / weights.sum())
    strikes = np.array([0.8, 0.9, 1.0, 1.1, 1.2])
    fair = np.array([prior.expectation(call(k)) for k in strikes])
    shift = np.array([1e-3, -1e-3, 5e-4, 1e-3, -2e-4])
    quotes = Quotes([call(k) for k in strikes], fair + shift - 2e-4, fair + shift + 2e-4)
    return prior, quotes, float(prior.mean())


@pytest.mark.parametrize("divergence", [ChiSquared(), KullbackLeibler(), CressieRead(1.5)])
@pytest.mark.parametrize("payoff", [call(1.3), digital(1.05)])
def test_a_path_encloses_the_bounds_at_every_radius(divergence, payoff):
    prior, quotes, mean = _market()
    given = {"quotes": quotes, "forwards": mean, "divergence": divergence}
    path = bounds_path(payoff, prior, multiples=np.geomspace(1.05, 50.0, 12), **given)
    assert path.solves <= 17
    for row in (1, 4, 7, 10):
        exact = price_bounds(payoff, prior, radius=float(path.radii[row]), **given)
        slack = 1e-8 + 10 * exact.gap
        assert path.upper[row] >= exact.upper - slack
        assert path.upper[row] - path.upper_error[row] <= exact.upper + slack
        assert path.lower[row] <= exact.lower + slack
        assert path.lower[row] + path.lower_error[row] >= exact.lower - slack
    assert path.price == pytest.approx(exact.price, abs=1e-9)
    width = path.upper - path.lower
    assert np.max(path.upper_error / width) < 0.05
    assert np.max(path.lower_error / width) < 0.05


def test_a_path_runs_from_the_calibrated_price_to_the_bound_on_the_nodes():
    prior, quotes, mean = _market()
    given = {"quotes": quotes, "forwards": mean}
    path = bounds_path(
        call(1.3),
        prior,
        multiples=np.append(1.0, np.geomspace(1.001, 1e9, 20)),
        divergence=ChiSquared(),
        **given,
    )
    assert path.lower[0] == pytest.approx(path.price, abs=1e-12)
    assert path.upper[0] == pytest.approx(path.price, abs=1e-12)
    assert np.all(np.diff(path.upper) >= -1e-12)
    assert np.all(np.diff(path.lower) <= 1e-12)
    values = call(1.3).value(prior.points)
    classical = price_bounds(values, prior, divergence=Unrestricted(), **given)
    assert path.upper[-1] == pytest.approx(classical.upper, abs=1e-8)
    assert path.lower[-1] == pytest.approx(classical.lower, abs=1e-8)


def test_bad_radii_are_refused():
    prior, quotes, mean = _market()
    given = {"quotes": quotes, "forwards": mean, "divergence": ChiSquared()}
    with pytest.raises(ParameterError, match="radii, or multiples"):
        bounds_path(call(1.3), prior, **given)
    with pytest.raises(ParameterError, match="increasing"):
        bounds_path(call(1.3), prior, [0.2, 0.1], **given)
    with pytest.raises(InfeasibleRadius, match="least"):
        bounds_path(call(1.3), prior, [1e-9, 1e-8], **given)
