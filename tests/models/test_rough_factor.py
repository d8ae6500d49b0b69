"""The rough factor model against one asset, affine differential equations and its bounds."""

import math

import mpmath
import numpy as np
import pytest
from scipy.special import roots_jacobi

from rmot.errors import AccuracyError, ParameterError
from rmot.models import FactorMarginal, RoughFactorModel, RoughHeston, TerminalLaw, VarianceFactor

MATURITY = 0.6
ROUGH = VarianceFactor(
    hurst=0.1,
    vol_of_vol=0.3,
    correlation=-0.7,
    initial_variance=0.04,
    mean_reversion=0.5,
    long_run_variance=0.05,
)
SMOOTH = VarianceFactor(
    hurst=0.35,
    vol_of_vol=0.5,
    correlation=-0.2,
    initial_variance=0.02,
    mean_reversion=1.5,
    long_run_variance=0.03,
)
FREE = VarianceFactor(
    hurst=0.2,
    vol_of_vol=0.4,
    correlation=0.4,
    initial_variance=0.03,
    mean_reversion=0.0,
    long_run_variance=0.0,
)
LOADINGS = np.array([[1.0, 0.3, 0.5], [0.8, -0.4, 0.0], [1.2, 0.0, -0.7]])
ASSETS = RoughFactorModel(LOADINGS, [ROUGH, SMOOTH, FREE])
K = np.array([-0.3, -0.1, 0.0, 0.1, 0.2])
# log characteristic functions are refused beyond it
SOLVED = 1e-10


def frequencies(seed, n=20, scale=5.0):
    return np.random.default_rng(seed).normal(size=(n, ASSETS.n_assets)) * scale


def classical(factor):
    """The factor with H = 1/2 and what does not depend on it."""
    values = {name: getattr(factor, name) for name in vars(factor)}
    return VarianceFactor(**{**values, "hurst": 0.5})


def riccati_by_taylor(factor, first, second, maturity):
    """Log E exp(A Y - B U / 2) at H = 1/2, the ordinary equation solved by mpmath."""
    nu, rho, kappa = factor.vol_of_vol, factor.correlation, factor.mean_reversion

    def slope(_, state):
        h = state[0]
        return [(first**2 - second) / 2 + (first * rho * nu - kappa) * h + nu**2 / 2 * h**2, h]

    h, integral = mpmath.odefun(slope, 0, [mpmath.mpc(0), mpmath.mpc(0)], tol=1e-15)(maturity)
    return complex(factor.initial_variance * h + kappa * factor.long_run_variance * integral)


def test_with_square_root_diffusions_the_joint_law_is_the_affine_one():
    model = RoughFactorModel(LOADINGS, [classical(factor) for factor in ASSETS.factors])
    for u in frequencies(1, 3) - 0.3j:
        pairs = zip(1j * u @ LOADINGS, 1j * u @ LOADINGS**2, model.factors, strict=True)
        wanted = sum(riccati_by_taylor(f, complex(a), complex(b), MATURITY) for a, b, f in pairs)
        found = model.log_characteristic_function(u, MATURITY)
        assert abs(found - wanted) <= SOLVED * max(1.0, abs(wanted))


@pytest.mark.parametrize("asset", range(3))
def test_with_one_frequency_alone_the_joint_law_is_the_marginal(asset):
    u = np.zeros((20, 3), complex)
    u[:, asset] = frequencies(2)[:, 0] - 0.4j
    joint = ASSETS.log_characteristic_function(u, MATURITY)
    alone = ASSETS.marginal(asset).log_characteristic_function(u[:, asset], MATURITY)
    assert np.all(np.abs(joint - alone) <= SOLVED * np.maximum(1.0, np.abs(alone)))


def test_one_factor_and_loading_one_is_rough_heston_to_rounding():
    alone = RoughHeston(**vars(ROUGH))
    marginal = RoughFactorModel([[1.0]], [ROUGH]).marginal(0)
    found, wanted = (law.sensitivities(K, MATURITY) for law in (marginal, alone))
    assert np.all(np.abs(found.call_price - wanted.call_price) <= 1e-14)
    slopes = np.abs(found.price_gradient[1:] - wanted.price_gradient)
    assert np.all(slopes <= 1e-13 * np.abs(wanted.price_gradient).max())
    assert marginal.critical_moments(MATURITY) == alone.critical_moments(MATURITY)


def test_assets_with_the_same_loadings_move_as_one():
    model = RoughFactorModel([LOADINGS[0], LOADINGS[0]], ASSETS.factors)
    u = frequencies(3)[:, :2]
    together = model.log_characteristic_function(u, MATURITY)
    alone = model.marginal(0).log_characteristic_function(u.sum(axis=1), MATURITY)
    assert np.all(np.abs(together - alone) <= SOLVED * np.maximum(1.0, np.abs(alone)))
    assert np.allclose(model.correlation(MATURITY), 1.0, rtol=0, atol=1e-15)


def test_assets_without_a_common_factor_are_independent():
    model = RoughFactorModel([[0.7, 0.0], [0.0, -1.1]], [ROUGH, SMOOTH])
    u = frequencies(4)[:, :2]
    joint = model.log_characteristic_function(u, MATURITY)
    apart = sum(model.marginal(i).log_characteristic_function(u[:, i], MATURITY) for i in range(2))
    assert np.all(np.abs(joint - apart) <= SOLVED * np.maximum(1.0, np.abs(apart)))
    assert model.correlation(MATURITY)[0, 1] == model.log_price_correlation(MATURITY)[0, 1] == 0.0


def test_forwards_are_one():
    found = ASSETS.log_characteristic_function(-1j * np.eye(3), MATURITY)
    assert np.all(np.abs(found) <= SOLVED)


def test_no_frequency_exceeds_the_moment_below_it():
    damping = np.array([-0.5, 0.2, -0.4])
    u = frequencies(5) + 1j * damping
    largest = ASSETS.log_characteristic_function(1j * damping, MATURITY).real
    found = ASSETS.log_characteristic_function(u, MATURITY)
    assert np.all(found.real <= largest + SOLVED)
    # and conjugate frequencies have conjugate values
    assert np.allclose(
        ASSETS.log_characteristic_function(-np.conj(u), MATURITY),
        np.conj(found),
        rtol=0,
        atol=SOLVED,
    )


def test_characteristic_matrix_is_positive():
    points = frequencies(6, 12, 2.0)
    pairs = points[:, None] - points[None, :]
    matrix = np.exp(ASSETS.log_characteristic_function(pairs, MATURITY))
    assert np.linalg.eigvalsh(matrix).min() >= -12 * SOLVED


def test_log_price_covariances_are_second_derivatives_of_the_joint_law():
    step = 1e-3

    def value(u):
        return ASSETS.log_characteristic_function(u, MATURITY).real

    units = np.eye(3)
    covariance = np.empty((3, 3))
    for i in range(3):
        for j in range(3):
            corners = np.array([s * units[i] + t * units[j] for s in (1, -1) for t in (1, -1)])
            found = [
                value(size * corners) @ np.array([1.0, -1.0, -1.0, 1.0]) / (4.0 * size * size)
                for size in (step, 2.0 * step)
            ]
            covariance[i, j] = -(4.0 * found[0] - found[1]) / 3.0
    scale = np.sqrt(np.outer(np.diag(covariance), np.diag(covariance)))
    wanted = covariance / scale
    # the log moments are accurate to a few 1e-15, which is divided by the square of the step
    error = 4.0 * 4e-15 / (4.0 * step**2) / scale.min()
    assert np.all(np.abs(ASSETS.log_price_correlation(MATURITY) - wanted) <= error)
    gap = np.abs(ASSETS.correlation(MATURITY) - wanted).max()
    assert gap > 10 * error


def test_mean_of_integrated_variance_is_the_integral_of_its_mean():
    for factor in ASSETS.factors:
        # expected variance is smooth in x = (t/T)^alpha, and dt is x^{1/alpha - 1} dx
        power = 1.0 / factor.alpha
        z, weight = roots_jacobi(30, 0.0, power - 1.0)
        values = factor.expected_variance(MATURITY * (0.5 * (z + 1.0)) ** power)
        wanted = MATURITY * power * 0.5**power * float(weight @ values)
        found = factor.integrated_moments(MATURITY).mean
        assert abs(found - wanted) <= 1e-11 * wanted


def test_moments_of_a_square_root_diffusion_are_known():
    factor = classical(SMOOTH)
    nu, kappa, theta = factor.vol_of_vol, factor.mean_reversion, factor.long_run_variance
    first, t = factor.initial_variance, MATURITY
    decay = math.exp(-kappa * t)
    mean = theta * t + (first - theta) * (1.0 - decay) / kappa

    def integral(power):
        """Integral of the power of what a unit of V at s adds to U, times E V_s."""
        z, weight = np.polynomial.legendre.leggauss(40)
        s = 0.5 * t * (z + 1.0)
        reached = -np.expm1(-kappa * (t - s)) / kappa
        expected = theta + (first - theta) * np.exp(-kappa * s)
        return 0.5 * t * float(weight @ (reached**power * expected))

    found = factor.integrated_moments(t)
    assert abs(found.mean - mean) <= 1e-12
    assert abs(found.variance - nu**2 * integral(2)) <= 1e-12
    assert abs(found.covariance - factor.correlation * nu * integral(1)) <= 1e-12


def test_correlations_are_positive_matrices_with_a_term_structure():
    times = np.array([0.01, 0.1, 0.5, 2.0])
    for matrices in (
        ASSETS.correlation(times),
        ASSETS.log_price_correlation(times),
        ASSETS.forward_correlation(times),
    ):
        assert matrices.shape == (4, 3, 3)
        assert np.all(matrices[:, range(3), range(3)] == 1.0)
        assert np.linalg.eigvalsh(matrices).min() >= -1e-14
        assert np.ptp(matrices[:, 0, 1]) > 1e-3
    at_once = ASSETS.instantaneous_correlation([f.initial_variance for f in ASSETS.factors])
    assert np.array_equal(ASSETS.forward_correlation(0.0), at_once)
    # variance is Hoelder continuous of order alpha in mean
    assert np.allclose(ASSETS.correlation(1e-9), at_once, rtol=0, atol=1e-4)


def test_scale_and_sign_of_a_factor_are_conventions():
    scaled = VarianceFactor(
        hurst=ROUGH.hurst,
        vol_of_vol=ROUGH.vol_of_vol / 2.0,
        correlation=-ROUGH.correlation,
        initial_variance=ROUGH.initial_variance / 4.0,
        mean_reversion=ROUGH.mean_reversion,
        long_run_variance=ROUGH.long_run_variance / 4.0,
    )
    other = RoughFactorModel(LOADINGS * [-2.0, 1.0, 1.0], [scaled, *ASSETS.factors[1:]])
    u = frequencies(7)
    assert np.allclose(
        other.log_characteristic_function(u, MATURITY),
        ASSETS.log_characteristic_function(u, MATURITY),
        rtol=1e-12,
        atol=SOLVED,
    )


def test_marginals_do_not_tell_shared_factors_from_copies():
    """Independent copies of the factors have the same marginals, and no correlation."""
    n, factors = ASSETS.n_assets, ASSETS.factors
    copies = np.zeros((n, n * len(factors)))
    for i in range(n):
        copies[i, i * len(factors) : (i + 1) * len(factors)] = LOADINGS[i]
    apart = RoughFactorModel(copies, factors * n)
    for i in range(n):
        same = [model.marginal(i).call_price(K, MATURITY) for model in (ASSETS, apart)]
        assert np.array_equal(same[0], same[1])
    assert np.array_equal(apart.correlation(MATURITY), np.eye(n))
    assert abs(ASSETS.correlation(MATURITY)[0, 1]) > 0.5


def test_marginal_is_a_terminal_law():
    law = ASSETS.marginal(1)
    assert isinstance(law, TerminalLaw)
    prior = law.prior(MATURITY, n_points=200)
    assert abs(prior.mean() - 1.0) <= 1e-9
    low, high = law.critical_moments(MATURITY)
    assert low < 0.0
    assert high > 1.0
    assert law.moment(high, MATURITY) == math.inf
    order = 0.9 * high
    joint = ASSETS.log_characteristic_function([0.0, -1j * order, 0.0], MATURITY).real
    assert abs(math.log(law.moment(order, MATURITY)) - joint) <= 1e-7 * joint
    assert ASSETS.has_moment([0.0, 0.999 * high, 0.0], MATURITY)
    assert not ASSETS.has_moment([0.0, 1.001 * high, 0.0], MATURITY)
    assert law.expected_variance(0.3) == pytest.approx(
        sum(
            a * a * f.expected_variance(0.3)
            for a, f in zip(LOADINGS[1], ASSETS.factors, strict=True)
        )
    )


def difference(function, model, j):
    """Central difference in one number, at two steps: the extrapolated value and its error."""
    values = model.values
    step = 1e-3 * max(abs(values[j]), 0.05)
    found = []
    for size in (step, 0.5 * step):
        ends = []
        for sign in (1.0, -1.0):
            moved = values.copy()
            moved[j] += sign * size
            ends.append(function(model.with_values(moved)))
        found.append((ends[0] - ends[1]) / (2.0 * size))
    best = (4.0 * found[1] - found[0]) / 3.0
    # the last term: values are accurate to a few 1e-13
    return best, np.abs(best - found[1]) + 1e-12 / step


# a reversion of 0 has no neighbour below, and theta does not matter there
MOVABLE = RoughFactorModel(LOADINGS[:, :2], [ROUGH, SMOOTH])


@pytest.mark.parametrize("asset", [1, 2])
def test_marginal_sensitivities_are_derivatives(asset):
    found = MOVABLE.marginal(asset).sensitivities(K, MATURITY, tolerance=1e-13)

    def price(model):
        return model.marginal(asset).call_price(K, MATURITY, tolerance=1e-13)

    names = MOVABLE.marginal_parameters(asset)
    assert len(names) == len(found.parameters)
    for name, slope in zip(names, found.price_gradient, strict=True):
        wanted, error = difference(price, MOVABLE, MOVABLE.parameters.index(name))
        assert np.all(np.abs(slope - wanted) <= error), name


def test_joint_sensitivities_are_derivatives():
    u = (frequencies(8, 6) - 0.2j).astype(np.complex128)
    u[0] = 0.0
    _, _, gradient = MOVABLE.estimated_log_transform(u, MATURITY, 1e-13, differentiate=True)
    for j, name in enumerate(MOVABLE.parameters):
        wanted, error = difference(
            lambda model: model.estimated_log_transform(u, MATURITY, 1e-14)[0], MOVABLE, j
        )
        assert np.all(np.abs(gradient[j] - wanted) <= error), name


def test_correlation_sensitivities_are_derivatives():
    found = MOVABLE.correlation_sensitivities(MATURITY)
    assert found.shape == (len(MOVABLE.parameters), 3, 3)
    for j, name in enumerate(MOVABLE.parameters):
        wanted, error = difference(lambda model: model.correlation(MATURITY), MOVABLE, j)
        assert np.all(np.abs(found[j] - wanted) <= error), name
    # the level of loadings does not matter, nor vol-of-vol and correlation of the factors
    scale = MOVABLE.loadings.ravel() @ found[:6].reshape(6, -1)
    assert np.all(np.abs(scale) <= 1e-14)


def test_values_and_names_belong_together():
    assert MOVABLE.values.shape == (len(MOVABLE.parameters),)
    assert MOVABLE.parameters[:3] == ("loading_0_0", "loading_0_1", "loading_1_0")
    assert MOVABLE.parameters[6] == "hurst_0"
    again = MOVABLE.with_values(MOVABLE.values)
    assert again.factors == MOVABLE.factors
    assert np.array_equal(again.loadings, MOVABLE.loadings)
    assert np.array_equal(ASSETS.select([2, 0]).loadings, LOADINGS[[2, 0]])


@pytest.mark.parametrize(
    ("loadings", "factors", "said"),
    [
        ([1.0, 2.0], [ROUGH], "shape"),
        ([[1.0, 2.0]], [ROUGH], "shape"),
        (np.empty((0, 1)), [ROUGH], "shape"),
        ([[1.0], [math.nan]], [ROUGH], "finite"),
        ([[1.0], [0.0]], [ROUGH], "asset 1"),
        ([[1.0]], [], "at least one"),
        ([[1.0]], ROUGH, "sequence"),
        ([[1.0]], ["rough"], "VarianceFactor objects"),
        ([["a"]], [ROUGH], "numbers"),
    ],
)
def test_bad_models_are_refused(loadings, factors, said):
    with pytest.raises(ParameterError, match=said):
        RoughFactorModel(loadings, factors)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("hurst", 0.6),
        ("hurst", 0.0),
        ("vol_of_vol", -0.1),
        ("correlation", 1.1),
        ("initial_variance", -0.1),
        ("mean_reversion", math.nan),
        ("long_run_variance", -1.0),
    ],
)
def test_bad_factors_are_refused_by_name(name, value):
    with pytest.raises(ParameterError, match=name):
        VarianceFactor(**{**vars(ROUGH), name: value})


def test_bad_questions_are_refused():
    with pytest.raises(ParameterError, match="shape"):
        ASSETS.log_characteristic_function(np.zeros((4, 2)), MATURITY)
    with pytest.raises(ParameterError, match="infinite"):
        ASSETS.log_characteristic_function([-60j, 0.0, 0.0], MATURITY)
    with pytest.raises(ParameterError, match="maturity"):
        ASSETS.log_characteristic_function([0.0, 0.0, 0.0], -1.0)
    with pytest.raises(ParameterError, match="maturity"):
        ASSETS.correlation([0.5, 0.0])
    with pytest.raises(ParameterError, match="from 0 to 2"):
        ASSETS.marginal(3)
    with pytest.raises(ParameterError, match="whole number"):
        ASSETS.marginal(0.5)  # pyright: ignore[reportArgumentType]
    with pytest.raises(ParameterError, match="variances"):
        ASSETS.instantaneous_correlation([0.1, 0.2])
    with pytest.raises(ParameterError, match=">= 0"):
        ASSETS.instantaneous_correlation([0.1, -0.2, 0.1])
    with pytest.raises(ParameterError, match="loading for each"):
        FactorMarginal((1.0, 2.0), (ROUGH,))


def test_simulated_prices_have_the_exact_law():
    times = [0.2, MATURITY]
    paths = ASSETS.simulate_factors(times, 2**15, seed=4, sampling="antithetic", steps=48)
    assert paths.variance.shape == paths.integrated.shape == (2**15, 2, 3)
    log_price = paths.log_prices(LOADINGS, ASSETS.correlations)
    u = frequencies(9, 6, 2.0)
    for place, time in enumerate(times):
        # antithetic pairs are independent of each other
        pairs = np.exp(1j * log_price[:, place] @ u.T).reshape(-1, 2, len(u)).mean(axis=1)
        chance = np.abs(pairs - pairs.mean(axis=0)).std(axis=0) / math.sqrt(len(pairs))
        chance += np.abs(pairs.mean(axis=0)).max() / math.sqrt(len(pairs))
        exact = np.exp(ASSETS.log_characteristic_function(u, time))
        assert np.all(np.abs(pairs.mean(axis=0) - exact) <= 4.0 * chance)
        prices = np.exp(log_price[:, place]).reshape(-1, 2, 3).mean(axis=1)
        chance = prices.std(axis=0) / math.sqrt(len(prices))
        assert np.all(np.abs(prices.mean(axis=0) - 1.0) <= 4.0 * chance)
        for k, factor in enumerate(ASSETS.factors):
            sample = paths.variance[:, place, k]
            error = sample.std() / math.sqrt(sample.size)
            assert abs(sample.mean() - factor.expected_variance(time)) <= 4.0 * error


def test_paths_are_the_same_for_the_same_seed():
    given = {"sampling": "sobol", "steps": 8}
    first, again = (ASSETS.simulate([0.5], 2**13, 7, **given) for _ in range(2))
    assert first.shape == (2**13, 1, 3)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, ASSETS.simulate([0.5], 2**13, 8, **given))
    assert np.all(first > 0.0)


def test_factors_move_independently():
    paths = ASSETS.simulate_factors([0.5], 2**14, seed=3)
    for name in ("variance", "along", "across"):
        matrix = np.corrcoef(getattr(paths, name)[:, 0].T)
        assert np.all(np.abs(matrix - np.eye(3)) <= 4.0 / math.sqrt(2**14))


def test_prior_has_the_forwards_and_nearly_the_prices():
    prior = ASSETS.prior(MATURITY, 3000, seed=2)
    assert prior.points.shape == (3000, 3)
    assert np.allclose(prior.mean(), 1.0, rtol=0, atol=1e-12)
    payoff = np.maximum(prior.points - 1.0, 0.0)
    exact = [ASSETS.marginal(i).call_price(0.0, MATURITY).item() for i in range(3)]
    chance = payoff.std(axis=0) / math.sqrt(3000)
    assert np.all(np.abs(payoff.mean(axis=0) - exact) <= 2.0 * chance)
    with pytest.raises(ParameterError, match="n_points"):
        ASSETS.prior(MATURITY, 1)


def test_prices_that_would_be_no_martingales_are_refused():
    wild = VarianceFactor(**{**vars(FREE), "correlation": 1.0, "vol_of_vol": 5.0})
    model = RoughFactorModel([[3.0]], [wild])
    with pytest.raises(AccuracyError, match="martingales"):
        model.simulate([5.0], 16, 0, steps=2)
