"""Derivatives of observables against complex steps, which have no cancellation."""

import numpy as np
import pytest

from rmot.errors import ParameterError
from rmot.spread.alpha import (
    FactorState,
    logarithmic_observables,
    observable_gradient,
    price_observables,
    relative_observables,
)

STEP = 1e-30


def logarithmic(loadings, state, holdings):
    return logarithmic_observables(np.asarray(holdings) @ loadings, state)


FUNCTIONS = {
    "price": price_observables,
    "relative": relative_observables,
    "logarithmic": logarithmic,
}


@pytest.mark.parametrize("convention", FUNCTIONS)
@pytest.mark.parametrize("seed", range(3))
def test_derivatives_are_those_of_complex_steps(convention, seed):
    rng = np.random.default_rng(seed)
    loadings, holdings = rng.normal(size=(3, 4)), rng.normal(size=(2, 3))
    state = FactorState(rng.uniform(-0.9, 0.9, 4), rng.uniform(0.1, 2, 4), rng.uniform(0.1, 2, 4))
    found = observable_gradient(loadings, state, holdings, convention)
    arguments = [loadings, *state, holdings]
    for number, (slopes, at) in enumerate(zip(found, arguments, strict=True)):
        for place in np.ndindex(*at.shape):
            moved = [np.array(each, dtype=complex) for each in arguments]
            moved[number][place] += 1j * STEP
            values = FUNCTIONS[convention](moved[0], FactorState(*moved[1:4]), moved[4])
            exact = np.imag(np.stack(values, axis=-1)) / STEP
            if number == 4:
                own = np.zeros_like(exact)
                own[place[0]] = slopes[place[0], :, place[1]]
            else:
                own = slopes[(..., *place)]
            np.testing.assert_allclose(own, exact, rtol=1e-11, atol=1e-12)


def test_another_convention_is_refused():
    state = FactorState(*np.full((3, 1), 0.5))
    with pytest.raises(ParameterError, match="price, relative, logarithmic"):
        observable_gradient([[0.1]], state, [1.0], "lognormal")  # pyright: ignore[reportArgumentType]
