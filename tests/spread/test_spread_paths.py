"""Simulated spread options against exact ones, and what is refused."""

import numpy as np
import pytest

from rmot.errors import ParameterError
from rmot.models import RoughFactorModel, VarianceFactor
from rmot.spread import simulated_spread_call, spread_call

FORWARDS = (1.1, 1.0)
GIVEN = {"hurst": 0.5, "initial_variance": 1.0, "mean_reversion": 0.5, "long_run_variance": 1.0}
FACTORS = [
    VarianceFactor(vol_of_vol=nu, correlation=rho, **GIVEN)
    for nu, rho in ((0.8, -0.6), (0.5, 0.4), (0.0, 0.0))
]
ASSETS = RoughFactorModel([[0.25, 0.05, 0.1], [0.1, 0.2, -0.05]], FACTORS)
STRIKES = np.array([[-0.1, 0.0], [0.05, 0.3]])
# what four standard errors are exceeded by once in 16 000 draws
_ERRORS = 4.0


def simulated(assets=ASSETS, **changed):
    given = {"forwards": FORWARDS, "n_paths": 2**16, "steps": 64, "seed": 3} | changed
    return simulated_spread_call(assets, 0, 1, STRIKES, 1.0, **given)


def test_simulated_prices_are_the_exact_ones_within_their_errors():
    found = simulated()
    wanted = spread_call(ASSETS, 0, 1, STRIKES, 1.0, forwards=FORWARDS)
    assert found.price.shape == STRIKES.shape
    assert np.all(np.abs(found.price - wanted) <= _ERRORS * found.standard_error)
    assert np.all(found.standard_error <= 1e-3)


def test_the_same_seed_gives_the_same_numbers():
    assert np.array_equal(simulated(n_paths=64).price, simulated(n_paths=64).price)
    assert not np.array_equal(simulated(n_paths=64).price, simulated(n_paths=64, seed=4).price)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"n_paths": 5}, "even"),
        ({"n_paths": 2}, "n_paths"),
        ({"steps": 0}, "steps"),
        ({"seed": -1}, "seed"),
        ({"forwards": (1.0, 0.0)}, "forwards"),
    ],
)
def test_bad_simulations_are_refused(given, said):
    with pytest.raises(ParameterError, match=said):
        simulated(**given)


def test_rough_factors_are_refused():
    rough = VarianceFactor(**(GIVEN | {"hurst": 0.1}), vol_of_vol=0.3, correlation=-0.5)
    with pytest.raises(ParameterError, match="hurst"):
        simulated(RoughFactorModel([[0.2], [0.1]], [rough]))
