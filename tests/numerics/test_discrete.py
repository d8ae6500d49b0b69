"""Discrete laws with tails: exact expectations, exact files, and refusals."""

import numpy as np
import pytest

from rmot.errors import DataError, MissingData, ParameterError
from rmot.numerics import Prior, Tail
from rmot.payoffs import basket_call, call, digital, put, straddle


def _exponential_beyond(start):
    """Return the tail of the exponential law, whose moments are known."""
    decay = np.exp(-start)
    return Tail(start, decay, (start + 1) * decay, (start**2 + 2 * start + 2) * decay)


def _exponential(n, start):
    """Return nodes at the means of cells: exact for payoffs linear on each cell."""
    edges = np.linspace(0, start, n + 1)
    below = np.exp(-edges)
    mass = below[:-1] - below[1:]
    first = (edges[:-1] + 1) * below[:-1] - (edges[1:] + 1) * below[1:]
    return Prior(first / mass, mass, _exponential_beyond(start))


@pytest.mark.parametrize("strike", [0.5, 1.0, 2.0])
def test_tail_enters_expectations_exactly(strike):
    prior = _exponential(8, 2.0)
    decay = np.exp(-strike)
    assert prior.mean() == pytest.approx(1.0, abs=1e-14)
    assert prior.expectation(call(strike)) == pytest.approx(decay, abs=1e-14)
    assert prior.expectation(digital(strike)) == pytest.approx(decay, abs=1e-14)
    assert prior.expectation(put(strike)) == pytest.approx(strike - 1 + decay, abs=1e-14)
    assert prior.expectation(straddle(strike)) == pytest.approx(strike - 1 + 2 * decay, abs=1e-14)


def test_a_closed_prior_keeps_mass_and_mean_and_what_is_linear_beyond():
    prior = _exponential(8, 2.0)
    closed = prior.closed()
    assert closed.tail is None
    assert closed.weights.sum() == pytest.approx(1.0, abs=1e-14)
    # the exponential law forgets: E[S | S > 2] = 3
    assert closed.points[-1] == pytest.approx(3.0, rel=1e-14)
    for payoff, fair in ((call(0.0), 1.0), (call(1.5), np.exp(-1.5)), (call(2.0), np.exp(-2.0))):
        assert closed.expectation(payoff) == pytest.approx(fair, abs=1e-14)
    assert closed.closed() is closed
    at_its_start = Prior([1.0, 2.0], [0.5, 0.4], Tail(2.0, 0.1, 0.2, 0.4)).closed()
    assert at_its_start.points.tolist() == [1.0, 2.0]
    assert at_its_start.weights.tolist() == [0.5, 0.5]


def test_arrays_and_baskets_are_averaged_over_the_points():
    prior = Prior([[1.0, 2.0], [3.0, 4.0]], [0.25, 0.75])
    np.testing.assert_allclose(prior.mean(), [2.5, 3.5], rtol=1e-15)
    assert prior.n_assets == 2
    assert prior.expectation(basket_call([1.0, 1.0], 5.0)) == pytest.approx(1.5)
    assert prior.expectation([1.0, 2.0]) == pytest.approx(1.75)


@pytest.mark.parametrize("prior", [_exponential(8, 2.0), Prior([[1.0, 2.0]], [1.0])])
def test_files_keep_every_digit(prior, tmp_path):
    path = tmp_path / "prior.json"
    prior.save(path)
    read = Prior.load(path)
    np.testing.assert_array_equal(read.points, prior.points)
    np.testing.assert_array_equal(read.weights, prior.weights)
    assert read.tail == prior.tail


def test_bad_files_are_refused(tmp_path):
    with pytest.raises(MissingData):
        Prior.load(tmp_path / "absent.json")
    (tmp_path / "other.json").write_text('{"points": [1.0]}')
    with pytest.raises(DataError, match="prior"):
        Prior.load(tmp_path / "other.json")


_TAIL = Tail(2.0, 0.1, 0.25, 0.7)


@pytest.mark.parametrize(
    ("points", "weights", "tail"),
    [
        ([1.0, np.nan], [0.5, 0.5], None),
        ([1.0, -1.0], [0.5, 0.5], None),
        ([1.0, 2.0], [1.5, -0.5], None),
        ([1.0, 2.0], [1.0, 0.0], None),
        ([1.0, 2.0], [0.5, 0.4], None),
        ([1.0, 2.0], [1.0], None),
        ([], [], None),
        ([1.0, 2.0], [0.5, 0.5], _TAIL),
        ([2.0, 1.0], [0.5, 0.4], _TAIL),
        ([1.0, 1.0], [0.5, 0.4], _TAIL),
        ([1.0, 3.0], [0.5, 0.4], _TAIL),
        ([[1.0], [1.5]], [0.5, 0.4], _TAIL),
        ("ab", [1.0], None),
    ],
)
def test_bad_priors_raise_one_clear_error(points, weights, tail):
    with pytest.raises(ParameterError, match="expected"):
        Prior(points, weights, tail)


@pytest.mark.parametrize(
    "moments", [(0.0, 0.0, 0.0), (0.1, 0.19, 0.7), (0.1, 0.25, 0.5), (0.1, np.nan, 0.7)]
)
def test_impossible_tails_are_refused(moments):
    with pytest.raises(ParameterError, match="expected"):
        Tail(2.0, *moments)


def test_payoffs_that_bend_on_the_tail_are_refused():
    prior = _exponential(4, 2.0)
    with pytest.raises(ParameterError, match="kinks up to the tail's start"):
        prior.expectation(call(2.5))
    with pytest.raises(ParameterError, match="tail"):
        prior.expectation(np.ones(4))
    with pytest.raises(ParameterError, match="shape"):
        Prior([1.0, 2.0], [0.5, 0.5]).expectation([1.0])
