"""Identified sets against closed forms, linear programs and brute force."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.special import ndtri

from rmot.dependence import identified_average, identified_set
from rmot.errors import ParameterError
from rmot.numerics.discrete import Prior


def lognormal(deviation):
    return lambda u: np.exp(deviation * ndtri(u) - deviation**2 / 2)


@pytest.mark.parametrize(("s", "t"), [(0.1, 0.3), (0.5, 1.0), (0.2, 0.2)])
def test_lognormal_ends_in_closed_form(s, t):
    """Between (exp(-st) - 1) and (exp(st) - 1) over the roots of (exp(s^2) - 1)(exp(t^2) - 1)."""
    found = identified_set(lognormal(s), lognormal(t))
    size = np.sqrt(np.expm1(s**2) * np.expm1(t**2))
    # sums of a Gaussian at this spacing are exact; near one the rounding of u moves a score by up
    # to a hundredth where 3e-6 of the product lies
    assert found.upper == pytest.approx(np.expm1(s * t) / size, abs=3e-8)
    assert found.lower == pytest.approx(np.expm1(-s * t) / size, abs=3e-8)
    logs = identified_set(lognormal(s), lognormal(t), "log prices")
    assert (logs.lower, logs.upper) == pytest.approx((-1.0, 1.0), abs=1e-10)
    assert found.source == "marginals"


@pytest.mark.parametrize("seed", range(4))
def test_discrete_ends_are_those_of_the_transport_program(seed):
    rng = np.random.default_rng(seed)
    laws = [Prior(rng.uniform(0.2, 2.0, n), rng.dirichlet(np.ones(n))) for n in (5, 7)]
    (x, p), (y, q) = ((law.points, law.weights) for law in laws)
    rows = [np.kron(np.eye(5), np.ones(7)), np.kron(np.ones(5), np.eye(7))]
    found = identified_set(laws[0], laws[1])
    moments = [(w @ v, np.sqrt(w @ v**2 - (w @ v) ** 2)) for v, w in ((x, p), (y, q))]
    for sign, end in ((1, found.lower), (-1, found.upper)):
        result = linprog(
            sign * np.outer(x, y).ravel(),
            A_eq=np.vstack(rows),
            b_eq=np.concatenate([p, q]),
            options={"dual_feasibility_tolerance": 1e-10, "primal_feasibility_tolerance": 1e-10},
        )
        covariance = sign * result.fun - moments[0][0] * moments[1][0]
        assert end == pytest.approx(covariance / (moments[0][1] * moments[1][1]), abs=1e-8)


@given(st.integers(0, 10_000))
def test_a_law_with_itself_reaches_one_and_the_set_holds_zero(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 30))
    law = Prior(rng.uniform(0.1, 3, n), rng.dirichlet(np.ones(n)))
    found = identified_set(law, law)
    assert found.upper == pytest.approx(1.0, abs=1e-12)
    assert -1.0 - 1e-12 <= found.lower <= 0.0


def test_average_of_two_assets_is_their_pair():
    laws = [lognormal(0.2), lognormal(0.6)]
    pair, average = identified_set(laws[0], laws[1]), identified_average(laws)
    assert average.pairs == (pytest.approx((pair.lower, pair.upper), abs=1e-12),)
    assert average.upper == pytest.approx(pair.upper, abs=1e-12)
    assert average.lower == pytest.approx(max(pair.lower, -1.0), abs=1e-12)
    # equally likely cells lose what the outermost hold beyond their means
    assert average.attained == pytest.approx(pair.lower, abs=5e-3)


@pytest.mark.parametrize("seed", range(3))
def test_least_average_lies_between_bound_and_coupling(seed):
    """Three laws of four equally likely prices: brute force over all couplings of equal cells."""
    rng = np.random.default_rng(seed)
    points = np.sort(rng.uniform(0.5, 2.0, (3, 4)), axis=1)
    laws = [Prior(line, np.full(4, 0.25)) for line in points]
    found = identified_average(laws, n_cells=4)
    deviations = points.std(axis=1)
    across = deviations.sum() ** 2 - deviations @ deviations
    least = min(
        (np.var(points[0] + points[1][list(a)] + points[2][list(b)]) - deviations @ deviations)
        / across
        for a in permutations(range(4))
        for b in permutations(range(4))
    )
    assert found.lower - 1e-12 <= least <= found.attained + 1e-12
    assert found.attained <= least + 0.1


@given(st.integers(0, 10_000), st.integers(1, 6))
def test_what_is_attained_is_a_coupling_of_the_laws_however_few_the_cells(seed, n_cells):
    """The transport program over all couplings of two laws is never above."""
    rng = np.random.default_rng(seed)
    laws = [Prior(rng.uniform(0.2, 2.0, n), rng.dirichlet(np.ones(n))) for n in (4, 5)]
    found = identified_average(laws, n_cells=n_cells)
    assert found.attained >= found.lower - 1e-12
    assert identified_set(laws[0], laws[1]).lower <= found.attained + 1e-12
    assert found.attained <= found.upper + 1e-12


def test_mixable_normals_reach_the_bound():
    """Three normals of one deviation can add up to a constant: the average is then -1/2."""
    laws = [lambda u: 10.0 + ndtri(np.clip(u, 1e-15, 1 - 1e-15))] * 3
    found = identified_average(laws)
    assert found.lower == pytest.approx(-0.5, abs=1e-9)
    assert found.attained == pytest.approx(-0.5, abs=1e-3)


def test_bad_input_is_refused():
    with pytest.raises(ParameterError, match="vary"):
        identified_set(Prior([1.0], [1.0]), lognormal(0.2))
    with pytest.raises(ParameterError, match="one asset"):
        identified_set(Prior([[1.0, 2.0]], [1.0]), lognormal(0.2))
    with pytest.raises(ParameterError, match="prices > 0"):
        identified_set(Prior([0.0, 1.0], [0.5, 0.5]), lognormal(0.2), "log prices")
    with pytest.raises(ParameterError, match="'prices' or"):
        identified_set(lognormal(0.2), lognormal(0.2), "returns")  # pyright: ignore[reportArgumentType]
    with pytest.raises(ParameterError, match="two marginals"):
        identified_average([lognormal(0.2)])
    with pytest.raises(ParameterError, match="weights > 0"):
        identified_average([lognormal(0.2)] * 2, [1.0, -1.0])
    with pytest.raises(ParameterError, match="quantile function"):
        identified_set("law", lognormal(0.2))  # pyright: ignore[reportArgumentType]
