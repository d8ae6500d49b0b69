"""The surrogate against the engine, finite differences and SciPy's search; small networks."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import least_squares

from benchmarks.surrogate.box import CENTRE, FREE, SCALE, inside, model_at, near_faces, point_at
from benchmarks.surrogate.exact import Smiles, exact_smiles
from benchmarks.surrogate.search import QuoteGrid, calibrate_batch, calibrate_surrogate
from benchmarks.surrogate.smile_grid import (
    HIGH,
    LOW,
    NODES,
    PLACES,
    TO_SERIES,
    basis,
    level,
    slopes,
)
from benchmarks.surrogate.surfaces import STRIKES, drawn_surface, index_surface, true_smiles
from benchmarks.surrogate.training import Network, fit_polynomial, train_network
from rmot.errors import DataError
from rmot.market.synthetic import (
    index_slices,
    index_smile,
    synthetic_index_chain,
    write_cboe_table,
)
from rmot.neural.jaxed import jax, jnp

MATURITIES = np.array([0.1, 0.3, 1.0])
TIMES = tuple(MATURITIES.tolist())
ENGINE_ERROR = 1e-6
"""In implied volatility, as the engine has it by default."""


@pytest.fixture(scope="module")
def smiles():
    return exact_smiles(inside(64, 1, 0.05), MATURITIES)


@pytest.fixture(scope="module")
def surrogate(smiles):
    return fit_polynomial(smiles, 3)[0]


@pytest.fixture(scope="module")
def surface():
    return drawn_surface(true_smiles(inside(1, 9)[0], MATURITIES, 1e-3), (1,))


@pytest.fixture(scope="module")
def quotes(surface):
    return QuoteGrid.of(surface, STRIKES)


@pytest.fixture(scope="module")
def volatility(surrogate, quotes):
    """Of a point, at the quotes' strikes; compiled once."""
    compiled = jax.jit(lambda u: surrogate.volatility(u, quotes.log_moneyness))
    return lambda u: np.asarray(compiled(u))


def test_points_are_coordinates_of_models():
    points = inside(20, 3)
    assert np.abs(points).max() <= 1.0
    assert np.array_equal(points[:7], inside(7, 3))
    for point in points:
        model = model_at(point)
        again = point_at({name: getattr(model, name) for name in FREE})
        assert np.allclose(again, point, rtol=0, atol=1e-12)


def test_one_coordinate_is_moved_to_a_face_and_all_faces_take_turns():
    points = near_faces(20, 3, 1.05, 1.2)
    out = np.abs(points) > 1.0
    assert np.array_equal(out.sum(axis=1), np.ones(20))
    assert (np.abs(points[out]) >= 1.05).all()
    assert (np.abs(points[out]) <= 1.2).all()
    assert {(j, bool(u > 0)) for j, u in zip(*[np.where(out)[1], points[out]], strict=True)} == {
        (j, side) for j in range(5) for side in (True, False)
    }


def test_the_level_is_that_of_a_variance_swap():
    compiled = jax.jit(lambda u: level(u, TIMES))
    for point in near_faces(4, 5, 1.0, 1.2):
        model = model_at(point)
        found = np.asarray(compiled(point))
        for maturity, unit in zip(TIMES, found, strict=True):
            # the mean starts as t^alpha does, which a power of the variable smooths
            total, error = quad(
                lambda s, t=maturity, mean=model.expected_variance: 4 * s**3 * mean([t * s**4])[0],
                0.0,
                1.0,
            )
            assert abs(unit**2 - total) < error + 1e-9


def test_the_grid_tells_a_polynomial_in_its_variable_and_its_slope():
    z = np.linspace(LOW, HIGH, 50)
    # sinh(x) = w has x = arcsinh(w), in which a cubic is told to rounding
    cubic = np.polynomial.Polynomial([0.3, -0.2, 0.1, 0.05])

    def at(z):
        return cubic(np.arcsinh((z - 0.7) / 0.35))

    series = TO_SERIES @ at(PLACES)
    told = np.asarray(jax.jit(basis)(np.concatenate([z, [LOW - 1.0, HIGH + 1.0]]))) @ series
    assert np.allclose(told[:-2], at(z), rtol=0, atol=1e-12)
    assert np.allclose(told[-2:], at(np.array([LOW, HIGH])), rtol=0, atol=1e-12)
    exact = cubic.deriv()(np.arcsinh((PLACES - 0.7) / 0.35)) / np.hypot(PLACES - 0.7, 0.35)
    assert np.allclose(slopes(at(PLACES)), exact, rtol=0, atol=1e-9)


def test_slopes_of_the_exact_smiles_are_their_differences(smiles):
    point, step = smiles.points[3], 0.02
    for j in range(len(FREE)):
        moves = np.array([1.0, -1.0, 2.0, -2.0])[:, None] * step * np.eye(len(FREE))[j]
        values = exact_smiles(point + moves, MATURITIES).values
        near, far = (values[0] - values[1]) / (2 * step), (values[2] - values[3]) / (4 * step)
        unit = 0.1  # the least of the box is sqrt(0.02)
        # the far difference has four times the error; the engine's own is divided by the step
        reach = np.abs(far - near).max() + ENGINE_ERROR / unit / step
        assert np.abs(near - smiles.gradient[3, ..., j]).max() < reach


def test_a_smile_without_a_price_is_left_out(monkeypatch):
    from benchmarks.surrogate import exact

    def refused(point, unit, maturity):
        if point[0] > 0:
            raise exact.AccuracyError("expected less")
        return np.ones(NODES), np.zeros((NODES, len(FREE)))

    monkeypatch.setattr(exact, "_at_nodes", refused)
    points = np.array([[0.5, 0, 0, 0, 0], [-0.5, 0, 0, 0, 0]])
    found = exact_smiles(points, MATURITIES)
    assert np.array_equal(found.points, points[1:])
    assert found.values.shape == (1, 3, NODES)
    assert found.gradient.shape == (1, 3, NODES, 5)


def test_a_polynomial_is_found_from_its_own_values(smiles):
    rng = np.random.default_rng(0)
    u, coefficients = smiles.points, rng.standard_normal((4, 3, NODES))
    # 1, u_0, u_0 u_1 and u_4^2, each with coefficients of its own
    terms = np.stack([np.ones(len(u)), u[:, 0], u[:, 0] * u[:, 1], u[:, 4] ** 2], axis=1)
    by_point = np.zeros((len(u), 4, 5))
    by_point[:, 1, 0] = 1.0
    by_point[:, 2, 0], by_point[:, 2, 1], by_point[:, 3, 4] = u[:, 1], u[:, 0], 2 * u[:, 4]
    values = np.einsum("nt,tmc->nmc", terms, coefficients)
    gradient = np.einsum("ntj,tmc->nmcj", by_point, coefficients)
    found, _ = fit_polynomial(Smiles(MATURITIES, u, values, gradient, 0.0), 2)
    v = inside(5, 8)[3]
    exact = np.tensordot([1.0, v[0], v[0] * v[1], v[4] ** 2], coefficients, 1) @ TO_SERIES.T
    again = jax.jit(lambda v: found.components(found.numbers(v)))(v)
    # the ridge is 1e-9 of the normal equations
    assert np.allclose(again, exact, rtol=0, atol=1e-6 * np.abs(exact).max())


def test_the_gradient_is_that_of_the_volatility(surrogate, quotes, volatility):
    point, step = inside(8, 4)[5], 1e-4
    both = jax.jit(lambda u: surrogate.with_gradient(u, quotes.log_moneyness))
    value, gradient = (np.asarray(each) for each in both(point))
    assert np.allclose(value, volatility(point), rtol=0, atol=1e-14)
    for j in range(len(FREE)):
        move = step * np.eye(len(FREE))[j]
        ends = [volatility(point + way * move) for way in (1, -1, 2, -2)]
        near, far = (ends[0] - ends[1]) / (2 * step), (ends[2] - ends[3]) / (4 * step)
        reach = np.abs(far - near).max() + 1e-14 / step
        assert np.abs(gradient[..., j] - near).max() < reach


def test_an_optimum_of_its_own_smile_is_found_again(surrogate, quotes, volatility):
    for truth in inside(3, 12):
        found = calibrate_surrogate(surrogate, replace(quotes, middle=volatility(truth)))
        assert np.abs(found.point - truth).max() < 1e-6
        assert found.chi_squared < 1e-10


def test_the_search_ends_where_scipy_does(surrogate, quotes, volatility):
    found = calibrate_surrogate(surrogate, quotes)
    theirs = least_squares(
        lambda u: ((volatility(u) - quotes.middle) * quotes.weight).ravel(),
        0.9 * found.point,
        jac="3-point",
        bounds=(-1.0, 1.0),
        xtol=1e-12,
        ftol=1e-12,
        gtol=1e-12,
    )
    assert found.chi_squared <= 2 * theirs.cost * (1 + 1e-9)
    assert np.isclose(found.chi_squared, 2 * theirs.cost, rtol=1e-6)
    # differences of SciPy's are good to the square of the root of the third root of rounding
    jacobian = theirs.jac / SCALE
    assert np.allclose(found.fisher_information, jacobian.T @ jacobian, rtol=1e-5)
    errors = np.sqrt(np.diag(np.linalg.inv(found.fisher_information)))
    assert np.allclose(found.standard_errors, errors, rtol=1e-10)


def test_a_truth_beyond_a_face_ends_at_it_unless_let_through(surrogate, quotes, volatility):
    truth = np.array([0.2, 1.1, 0.1, -0.2, 0.3])
    beyond = replace(quotes, middle=volatility(truth))
    at_face = calibrate_surrogate(surrogate, beyond)
    assert at_face.point[1] == 1.0
    assert at_face.chi_squared > 1.0
    through = calibrate_surrogate(surrogate, beyond, wall=1.2)
    assert np.abs(through.point - truth).max() < 1e-6


def test_a_batch_is_the_same_as_one_by_one(surrogate, quotes):
    others = [replace(quotes, middle=quotes.middle + shift) for shift in (0.0, 1e-3)]
    batch = calibrate_batch(surrogate, others)
    for each, among in zip(others, batch, strict=True):
        one = calibrate_surrogate(surrogate, each)
        # the compiler may sum in another order: both end when chi-squared stands to 1e-10
        assert np.allclose(one.point, among.point, rtol=0, atol=1e-6)


def test_missing_quotes_weigh_nothing(surrogate, surface):
    quotes = QuoteGrid.of(surface.thin(12), STRIKES)
    assert np.array_equal((quotes.weight > 0).sum(axis=1), [12, 12, 12])
    changed = np.where(quotes.weight > 0, quotes.middle, 7.0)
    one = calibrate_surrogate(surrogate, quotes)
    other = calibrate_surrogate(surrogate, replace(quotes, middle=changed))
    assert np.array_equal(one.point, other.point)


def test_a_network_learns_and_is_seeded(smiles):
    settings = Network(width=8, depth=2, steps=500, batch=16)
    network, seconds = train_network(smiles, settings)
    again, _ = train_network(smiles, settings)
    assert seconds > 0
    leaves, same = (jax.tree.leaves(each) for each in (network, again))
    assert all(np.array_equal(one, other) for one, other in zip(leaves, same, strict=True))
    assert all(leaf.dtype == jnp.float64 for leaf in leaves)
    # held out: far less is left than the components' mean leaves
    unseen = exact_smiles(inside(16, 77), MATURITIES)
    points = jnp.asarray(unseen.points)
    series = unseen.values @ TO_SERIES.T
    told = jax.jit(jax.vmap(lambda u: network.components(network.numbers(u))))(points)
    left = series - np.asarray(told)
    before = series - np.asarray(network.components.mean)
    assert np.square(left).sum() < 0.05 * np.square(before).sum()


def test_the_index_gives_three_expiries_or_an_error(tmp_path):
    chain = tmp_path / "spx.csv.gz"
    synthetic_index_chain(chain, seed=1)
    found = index_surface(chain)
    assert len(found.slices) == 3
    assert all(len(smile) <= STRIKES for smile in found.slices)
    days = [365 * smile.maturity for smile in found.slices]
    assert days[0] < 60 < days[1] < 200 < days[2]
    few = tmp_path / "few.csv.gz"
    write_cboe_table(
        few, "SPX", 4500.0, index_slices("SPX")[3:5], index_smile("SPX").call_price, seed=1
    )
    with pytest.raises(DataError, match="expected expiries of 50 quotes near"):
        index_surface(few)


def test_centre_and_scale_belong_to_the_named_parameters():
    model = model_at(np.zeros(5))
    assert model.hurst == pytest.approx(0.25)
    assert CENTRE[1] == pytest.approx(np.log(np.sqrt(0.1 * 0.8)))
    assert SCALE[3] == pytest.approx(np.log(0.16 / 0.02) / 2)
