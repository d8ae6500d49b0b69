"""The model against rough Bergomi, which it contains, and against itself on finer steps."""

import numpy as np
import pytest

from rmot.errors import ParameterError
from rmot.models import RoughBergomi, Simulation, index_prior, two_date_law
from rmot.models.forward_variance import ForwardVariance
from rmot.neural import NeuralVolterra
from rmot.neural.coordinates import Coordinates
from rmot.neural.grid import grid_of
from rmot.neural.jaxed import eqx, jnp
from rmot.neural.neural_volterra import _tables, _walk
from rmot.neural.paths import make_tables, walk
from rmot.neural.shape import Layer, Shape
from rmot.payoffs import call, forward_start_straddle
from rmot.transport import ChiSquared, price_bounds

PIECES, VARIANCES = (0.1, 0.3), (0.04, 0.05)
HURST, ETA, RHO = 0.12, 1.6, -0.7
SIMULATION = {"paths": 2048, "scramblings": 4, "least_steps": 16, "steps_per_year": 64}
K = np.linspace(-0.3, 0.15, 7)


def neural(shape, **simulation):
    return NeuralVolterra(
        coordinates=Coordinates.at(HURST, RHO, VARIANCES, shape),
        pieces=PIECES,
        simulation=Simulation(**(SIMULATION | simulation)),
    )


@pytest.fixture(scope="module")
def plain():
    return neural(Shape.rough_bergomi(ETA, 4, 1, 0))


@pytest.fixture(scope="module")
def bent():
    shape = Shape.rough_bergomi(ETA, 4, 1, 0)
    last = Layer(jnp.array([[0.4, -0.5, 0.3, 0.6]]), jnp.zeros(1))
    return neural(eqx.tree_at(lambda s: s.last, shape, last))


@pytest.fixture(scope="module")
def bergomi():
    return RoughBergomi(
        hurst=HURST,
        vol_of_vol=ETA,
        correlation=RHO,
        forward_variance=ForwardVariance(PIECES, VARIANCES),
        simulation=Simulation(**SIMULATION),
    )


def test_without_a_network_prices_are_those_of_rough_bergomi(plain, bergomi):
    price, error = plain.call_price(K, 0.25, return_error=True)
    wanted, its_error = bergomi.call_price(K, 0.25, return_error=True)
    assert np.allclose(price, wanted, atol=1e-12)
    assert np.allclose(error, its_error, atol=1e-12)


def test_without_a_network_paths_are_those_of_rough_bergomi(plain, bergomi):
    found = plain.simulate_paths([0.1, 0.25], 64, seed=3, steps=16)
    wanted = bergomi.simulate_paths([0.1, 0.25], 64, seed=3, steps=16)
    for name in ("price", "integrated_variance"):
        assert np.allclose(getattr(found, name), getattr(wanted, name), rtol=1e-10)
    # here log V has its exact variance, there that of averages over steps, a little less
    assert np.allclose(found.variance, wanted.variance, rtol=1e-2)


def test_sensitivities_are_those_of_rough_bergomi(plain, bergomi):
    names = ("hurst", "vol_of_vol", "correlation")
    found = plain.sensitivities(K, 0.25)
    wanted = bergomi.sensitivities(K, 0.25, parameters=names)
    assert found.parameters == names
    # both are differences of 1e-6 of prices with rounding errors of 1e-13
    assert np.allclose(found.price_gradient, wanted.price_gradient, atol=1e-6)


def test_price_is_a_martingale_and_variance_has_its_curve(bent):
    paths = bent.simulate_paths([0.1, 0.25], 1 << 13, seed=1, steps=16)
    for values, mean in ((paths.price, 1.0), (paths.variance, bent.expected_variance([0.1, 0.25]))):
        error = values.std(axis=0) / np.sqrt(values.shape[0])
        assert np.all(np.abs(values.mean(axis=0) - mean) < 4.0 * error)
    total = paths.integrated_variance
    error = total.std(axis=0) / np.sqrt(total.shape[0])
    wanted = [bent.forward_variance.total(t) for t in (0.1, 0.25)]
    assert np.all(np.abs(total.mean(axis=0) - wanted) < 4.0 * error)


def test_steps_appended_for_the_compiler_change_nothing_that_is_looked_at(bent):
    grid = grid_of(np.linspace(0.0, 0.2, 9), np.array([0.1, 0.2]), np.array([0.1]), PIECES)
    normals = np.random.default_rng(0).standard_normal((32, 8))
    filled = _walk(_tables(bent.coordinates, grid), normals)
    tables = eqx.filter_jit(make_tables)(bent.coordinates, grid)
    plain = eqx.filter_jit(walk)(tables, jnp.asarray(normals))
    for one, other in zip(filled, plain, strict=True):
        assert one.shape == other.shape
        # sums of at most 64 terms of size 1, some 20 recursions each
        assert np.allclose(one, other, rtol=0, atol=64 * 20 * np.finfo(float).eps)


def test_steps_of_any_length_give_the_same_smile(bent):
    """Half the steps move volatilities by no more than the two estimates say."""
    fine = neural(bent.coordinates.shape, least_steps=32, steps_per_year=128)
    price, error = bent.call_price(K, 0.25, return_error=True)
    other, its_error = fine.call_price(K, 0.25, return_error=True)
    assert np.all(np.abs(price - other) < 3.0 * (error + its_error))


def test_the_index_is_expected_variance(bent):
    """E VIX^2 is forward variance, and VIX^2 the mean of simulated variance given the past."""
    _, index = bent.index_paths(0.1, 0.1 + 30 / 365, 1 << 12, seed=2)
    curve = bent.forward_variance
    wanted = (curve.total(0.1 + 30 / 365) - curve.total(0.1)) / (30 / 365)
    square = index**2
    # Sobol points: far below the error of as many independent paths
    assert abs(square.mean() - wanted) < square.std() / np.sqrt(square.size)


def test_the_index_predicts_what_variance_comes(bent):
    """Cov(∫V over the window, VIX^2 tau) = Var(VIX^2 tau): a regression of one on the other."""
    first, second = 0.1, 0.1 + 30 / 365
    paths, index = bent.index_paths(first, second, 1 << 13, seed=5, looks=24)
    left = np.diff(paths.variance, axis=1)[:, 0] / (1.0 - RHO**2)
    square = index**2 * (second - first)
    centred = square - square.mean()
    slope = np.mean(left * centred) / np.mean(centred**2)
    residual = left - left.mean() - slope * centred
    error = np.sqrt(np.mean((residual * centred) ** 2) / square.size) / np.mean(centred**2)
    # the rest of rho Z that joins the variance is at most a hundredth of it
    assert abs(slope - 1.0) < 4.0 * error + 0.02


def test_its_prior_carries_its_prices_into_bounds(bent):
    strike = 1.05
    prior = bent.prior(0.25, n_points=300, kinks=[strike])
    assert prior.mean() == pytest.approx(1.0, abs=1e-12)
    price, error = bent.call_price([np.log(strike)], 0.25, return_error=True)
    bounds = price_bounds(call(strike), prior, forwards=1.0, divergence=ChiSquared(), radius=0.01)
    assert bounds.lower < bounds.price < bounds.upper
    # the prior's paths are not extrapolated: three of the error that the extrapolation removes
    assert bounds.price == pytest.approx(price[0], abs=4.0 * error[0] + 2e-4)


def test_joint_laws_are_martingales(bent):
    law = two_date_law(bent, 0.1, 0.2, n_first=10, n_second=16, n_paths=1024, steps=16)
    assert np.allclose(law.prior.mean(), 1.0, atol=1e-12)
    assert law.expectation(forward_start_straddle(1.0)) > 0.0
    prior = index_prior(bent, 0.1, 0.18, n_first=8, n_index=8, n_second=8, n_paths=1024, looks=8)
    mean = prior.weights @ prior.points
    assert np.allclose(mean[[0, 2]], 1.0, atol=1e-12)
    assert 0.1 < mean[1] < 0.3


def test_pieces_that_do_not_fit_are_refused(bent):
    with pytest.raises(ParameterError, match="expected as many variances as times"):
        NeuralVolterra(coordinates=bent.coordinates, pieces=(0.1,))
    with pytest.raises(ParameterError, match=r"expected hurst between 0.0 and 0\.5; got 0\.7"):
        Coordinates.at(0.7, RHO, VARIANCES, bent.coordinates.shape)
