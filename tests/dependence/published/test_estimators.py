"""The sources' estimators: where their answers come from."""

import numpy as np
import pytest
from scipy.optimize import linprog, minimize

from rmot.dependence.published.block_newton import newton
from rmot.dependence.published.dual import dual_value, saddle
from rmot.dependence.published.martingale_copula import martingale_copula
from rmot.dependence.published.pipeline import run_pipeline
from rmot.dependence.published.tikhonov import tikhonov_estimate
from rmot.errors import InfeasibleQuotes, ParameterError
from rmot.market.synthetic_surface import TrueSmile, synthetic_surface
from rmot.models import BlackScholes
from rmot.numerics.discrete import Prior
from rmot.payoffs import basket_call, call
from rmot.transport import Quotes
from rmot.transport.couplings.reference import gaussian_copula
from rmot.transport.couplings.tables import gaussian_table

STRIKES = np.array([0.9, 1.0, 1.1])


def cells(volatility, n=40):
    return BlackScholes(volatility=volatility).prior(0.25, n_points=n).closed()


def quotes_of(law):
    prices = [law.expectation(call(k)) for k in STRIKES]
    return Quotes([call(k) for k in STRIKES], prices, prices)


@pytest.mark.parametrize("historical", [-0.7, 0.0, 0.35])
def test_calibrated_marginals_return_the_historical_correlation(historical):
    laws = [cells(0.2), cells(0.3)]
    means = np.array([law.mean() for law in laws])
    found = saddle(
        lambda rho: gaussian_table(laws[0], laws[1], rho),
        [quotes_of(law) for law in laws],
        [-0.5, 0, 0.8],
        means,
    )
    assert found.variation <= 1e-15
    assert np.abs(found.positions).max() <= 1e-6
    given = [[1.0, historical], [historical, 1.0]]
    estimate = tikhonov_estimate(lambda matrix: 0.0, [0.1, 0.2], given)
    # the search ends within 1e-6
    assert estimate.correlation[0, 1] == pytest.approx(historical, abs=2e-6)


def test_estimate_minimises_the_printed_objective():
    """With a quadratic first term the minimiser is a weighted mean, pair by pair."""
    h, target = np.array([0.1, 0.15, 0.25]), np.array([0.2, -0.1, 0.3])
    given = np.array([[1, -0.3, 0.1], [-0.3, 1, 0.2], [0.1, 0.2, 1]])
    pairs = np.triu_indices(3, 1)

    def divergence(matrix):
        return float(((matrix[pairs] - target) ** 2).sum())

    found = tikhonov_estimate(divergence, h, given, weight=0.1, floor=0.02)
    shrink = 0.1 / (np.abs(h[pairs[0]] - h[pairs[1]]) + 0.02)
    wanted = (target + shrink * given[pairs]) / (1 + shrink)
    # Nelder and Mead end at 1e-3
    assert found.correlation[pairs] == pytest.approx(wanted, abs=3e-3)


def test_dual_is_zero_at_zero_and_its_maximum_is_the_divergence():
    laws = [cells(0.2), cells(0.2)]
    joint = gaussian_copula(laws, 0.5, 512, seed=1)
    f = np.array([call(k).value(line) for line in joint.points.T.copy() for k in STRIKES])
    wanted = np.tile([cells(0.21).expectation(call(k)) for k in STRIKES], 2)
    assert dual_value(joint, f, wanted, np.zeros(6)) == pytest.approx(0.0, abs=1e-15)
    best = minimize(lambda y: -dual_value(joint, f, wanted, y), np.zeros(6), method="BFGS")
    run = newton(f, joint.weights, wanted, [3, 3], blocks_alone=False)
    assert run.converged
    value = dual_value(joint, f, wanted, run.positions)
    # the other search ends where slopes are 1e-5
    assert -best.fun - 1e-12 <= value <= -best.fun + 1e-6


@pytest.mark.parametrize(("n_assets", "rho"), [(2, 0.5), (3, 0.3), (3, 0.8)])
def test_block_steps_shrink_the_error_as_their_spectral_radius_says(n_assets, rho):
    joint = gaussian_copula([cells(0.2)] * n_assets, rho, 1024, seed=1)
    f = np.array([call(k).value(line) for line in joint.points.T.copy() for k in STRIKES])
    wanted = np.tile([cells(0.205).expectation(call(k)) for k in STRIKES], n_assets)
    whole = newton(f, joint.weights, wanted, [3] * n_assets, blocks_alone=False)
    blocks = newton(f, joint.weights, wanted, [3] * n_assets, blocks_alone=True)
    assert whole.converged
    assert whole.steps <= 6
    if whole.rate < 1:
        assert blocks.converged
        assert blocks.positions == pytest.approx(whole.positions, abs=1e-6)
        # from an error of order one to 1e-10 at the rate of the worst direction, at most
        assert whole.steps < blocks.steps <= 2 + np.log(1e-12) / np.log(whole.rate)
    else:
        assert not blocks.converged


def test_martingale_copula_is_the_extreme_coupling_of_a_covariance():
    rng = np.random.default_rng(2)
    laws = [Prior(np.sort(rng.uniform(0.6, 1.6, 5)), rng.dirichlet(np.ones(5))) for _ in (0, 1)]
    payoff = basket_call([0.5, 0.5], 1.0)
    logs = [np.log(law.points) for law in laws]
    independent = martingale_copula(payoff, laws[0], laws[1], 0.0)
    w = independent.weights
    assert w.sum(axis=1) == pytest.approx(laws[0].weights, abs=1e-9)
    assert w.sum(axis=0) == pytest.approx(laws[1].weights, abs=1e-9)
    centred = [x - law.weights @ x for x, law in zip(logs, laws, strict=True)]
    assert centred[0] @ w @ centred[1] == pytest.approx(0.0, abs=1e-9)
    product = np.outer(laws[0].weights, laws[1].weights).ravel()
    grid = np.array([[x, y] for x in laws[0].points for y in laws[1].points])
    assert independent.value <= product @ payoff.value(grid) + 1e-9
    without = linprog(
        payoff.value(grid),
        A_eq=np.vstack([np.kron(np.eye(5), np.ones(5)), np.kron(np.ones(5), np.eye(5))]),
        b_eq=np.concatenate([law.weights for law in laws]),
    )
    assert without.fun <= independent.value + 1e-9
    with pytest.raises(InfeasibleQuotes, match="covariance"):
        martingale_copula(payoff, laws[0], laws[1], 1.0)


@pytest.mark.filterwarnings("ignore::rmot.errors.IdentificationWarning")
def test_pipeline_returns_its_first_guess():
    k = np.linspace(-0.1, 0.1, 9)
    surfaces = [
        synthetic_surface([TrueSmile(0.25, k, np.full(9, v) - 0.1 * k, np.full(9, 0.004))], None)
        for v in (0.2, 0.25)
    ]
    basket = basket_call([0.5, 0.5], 1.0)
    for guess in (-0.4, 0.6):
        found = run_pipeline(surfaces, basket, guess, radius=0.1, seed=1, n_points=1 << 9)
        assert found.correlation[0, 1] == pytest.approx(guess, abs=1e-12)
        assert found.bounds.lower < found.bounds.upper
    with pytest.raises(ParameterError, match="3 surfaces"):
        run_pipeline(surfaces, basket_call([1, 1, 1], 1.0), 0.5, radius=0.1, seed=1)


def test_bad_input_is_refused():
    with pytest.raises(ParameterError, match="gamma > 0"):
        tikhonov_estimate(lambda m: 0.0, [0.1, 0.2], None, weight=0.0)
    with pytest.raises(ParameterError, match="eigenvalue"):
        tikhonov_estimate(lambda m: 0.0, [0.1] * 3, [[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
    with pytest.raises(ParameterError, match="payoffs"):
        newton(np.ones((2, 3)), np.ones(3) / 3, [1.0, 1.0], [1], blocks_alone=True)
    joint = Prior([[1.0, 1.0]], [1.0])
    with pytest.raises(ParameterError, match="as many multipliers"):
        dual_value(joint, np.ones((2, 1)), [1.0, 1.0], [0.0])
    with pytest.raises(ParameterError, match=r"\(-1, 1\)"):
        gaussian_table(cells(0.2), cells(0.2), 1.0)
