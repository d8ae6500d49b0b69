"""Oracles: the line that made the quotes, `numpy.linalg.lstsq`, and `scipy.optimize.linprog`."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from rmot.errors import DataError, ParameterError
from rmot.market.parity import fit_parity

MATURITY = 0.5


def fit(strike, quotes):
    call_bid, call_ask, put_bid, put_ask = quotes
    return fit_parity(strike, call_bid, call_ask, put_bid, put_ask, MATURITY)


def two_sided(strike, forward, discount, width):
    """Return call and put quotes around exact parity: intrinsic value plus a bump of time value."""
    time_value = 0.05 * forward * np.exp(-(((strike - forward) / (0.1 * forward)) ** 2))
    call = discount * (np.maximum(forward - strike, 0) + time_value)
    put = discount * (np.maximum(strike - forward, 0) + time_value)
    half = 0.5 * width
    return call - half, call + half, put - half, put + half


lines = st.tuples(
    st.floats(10.0, 20_000.0),  # forward
    st.floats(-0.04, 0.2),  # rate
    st.integers(5, 60),  # strikes
    st.floats(0.05, 0.5),  # half of the strikes' range, as a part of the forward
    st.floats(0.0, 0.02),  # width, as a part of the forward
)


@given(lines)
def test_noiseless_quotes_give_forward_and_discount_to_rounding(line):
    forward, rate, n, reach, width = line
    strike = np.linspace(1 - reach, 1 + reach, n) * forward
    discount = np.exp(-rate * MATURITY)
    found = fit(strike, two_sided(strike, forward, discount, width * forward))
    # Prices carry a rounding of a few eps each; over this range the slope divides it by `reach`.
    assert found.forward == pytest.approx(forward, rel=64 * 2.3e-16 / reach)
    assert found.discount_factor == pytest.approx(discount, rel=64 * 2.3e-16 / reach)


@given(lines, st.integers(0, 59), st.floats(-0.5, 0.5))
def test_one_gross_outlier_moves_neither_and_gets_no_weight(line, place, size):
    forward, rate, n, reach, width = line
    n = max(n, 7)
    strike = np.linspace(1 - reach, 1 + reach, n) * forward
    discount = np.exp(-rate * MATURITY)
    quotes = np.array(two_sided(strike, forward, discount, width * forward))
    size = np.copysign(max(abs(size), 0.02), size) * forward
    quotes[:2, place % n] += size
    found = fit(strike, quotes)
    assert found.forward == pytest.approx(forward, rel=1e-11 / reach)
    assert found.discount_factor == pytest.approx(discount, rel=1e-11 / reach)
    assert np.argmin(found.weight) == place % n
    assert found.weight.min() < 1e-9


def test_with_its_own_weights_the_fit_is_the_weighted_least_squares_line():
    generator = np.random.default_rng(3)
    strike = np.arange(3000.0, 5500.0, 25.0)
    width = generator.uniform(0.5, 8.0, strike.size)
    quotes = np.array(two_sided(strike, 4490.0, 0.998, width))
    quotes[:2] += 0.2 * width * generator.standard_t(3, strike.size)
    found = fit(strike, quotes)
    difference = 0.5 * (quotes[0] + quotes[1] - quotes[2] - quotes[3])
    root = np.sqrt(found.weight) / found.width
    design = np.column_stack([np.ones_like(strike), -(strike - 4500.0)])
    (level, discount), *_ = np.linalg.lstsq(design * root[:, None], difference * root)
    # The iteration stops once the line moves by 1e-10 of the scale of the residuals.
    assert found.discount_factor == pytest.approx(discount, abs=1e-9)
    assert found.forward == pytest.approx(4500.0 + level / discount, abs=1e-7)
    assert np.count_nonzero(found.weight < 1) > 0


@pytest.mark.parametrize(("neighbours", "least"), [(1, 0.86), (5, 0.78)])
def test_standard_errors_cover_the_truth_with_correlated_errors_too(neighbours, least):
    generator = np.random.default_rng(11)
    strike = np.arange(3000.0, 5500.0, 25.0)
    width = np.full(strike.size, 4.0)
    scores = []
    for _ in range(400):
        quotes = np.array(two_sided(strike, 4490.0, 0.998, width))
        noise = generator.standard_normal(strike.size + neighbours - 1)
        quotes[:2] += 0.3 * np.convolve(noise, np.ones(neighbours), "valid")
        found = fit(strike, quotes)
        scores.append(
            (
                (found.forward - 4490.0) / found.forward_error,
                (found.discount_factor - 0.998) / found.discount_factor_error,
            )
        )
    covered = np.mean(np.abs(scores) < 1.96, axis=0)
    # 95% less what ten lags cost in 100 strikes; the binomial error of 400 runs is 2%. Errors
    # taken as independent would cover 2 Phi(1.96 / sqrt 5) - 1 = 62% with five neighbours.
    assert np.all((covered > least) & (covered < 0.985)), covered


def test_forward_interval_is_what_linear_programming_finds():
    generator = np.random.default_rng(5)
    strike = np.arange(4000.0, 5000.0, 50.0)
    quotes = np.array(two_sided(strike, 4490.0, 0.998, 3.0))
    quotes[:2] += generator.uniform(-1, 1, strike.size)
    found = fit(strike, quotes)
    lower, upper = quotes[0] - quotes[3], quotes[1] - quotes[2]
    # lower <= D (F - K) <= upper in the one unknown F
    column = np.full((strike.size, 1), found.discount_factor)
    rows = np.vstack([column, -column])
    limits = np.concatenate(
        [upper + found.discount_factor * strike, -lower - found.discount_factor * strike]
    )
    ends = [linprog([sign], rows, limits, bounds=[(None, None)]).x[0] for sign in (1, -1)]
    assert found.forward_interval == pytest.approx(ends, rel=1e-12)


def test_order_of_strikes_does_not_matter():
    strike = np.arange(4000.0, 5000.0, 50.0)
    quotes = np.array(two_sided(strike, 4490.0, 0.998, 3.0))
    mixed = np.random.default_rng(1).permutation(strike.size)
    first = fit(strike, quotes)
    second = fit(strike[mixed], quotes[:, mixed])
    assert (first.forward, first.discount_factor) == (second.forward, second.discount_factor)


def test_locked_quotes_among_open_ones_are_taken():
    strike = np.arange(4000.0, 5000.0, 50.0)
    width = np.where(np.arange(strike.size) % 3, 2.0, 0.0)
    found = fit(strike, two_sided(strike, 4490.0, 0.998, width))
    assert found.forward == pytest.approx(4490.0, rel=1e-13)


def test_three_strikes_are_too_few():
    strike = np.array([90.0, 100.0, 110.0])
    with pytest.raises(DataError, match=r"at least 4 strikes .*; got 3"):
        fit(strike, two_sided(strike, 100.0, 0.99, 0.1))


@pytest.mark.parametrize("discount", [0.5, 1.2])
def test_an_unbelievable_discount_factor_is_refused_with_its_value(discount):
    strike = np.arange(4000.0, 5000.0, 50.0)
    with pytest.raises(DataError, match=rf"discount factor in \[.*{discount:.5f}"):
        fit(strike, two_sided(strike, 4490.0, discount, 1.0))


def test_puts_and_calls_interchanged_are_refused():
    strike = np.arange(4000.0, 5000.0, 50.0)
    call_bid, call_ask, put_bid, put_ask = two_sided(strike, 4490.0, 0.99, 1.0)
    with pytest.raises(DataError, match="positive discount factor"):
        fit_parity(strike, put_bid, put_ask, call_bid, call_ask, MATURITY)


def test_the_region_holds_the_fit_and_the_interval_of_forwards():
    generator = np.random.default_rng(5)
    strike = np.arange(4000.0, 5000.0, 50.0)
    quotes = np.array(two_sided(strike, 4490.0, 0.998, 3.0))
    quotes[:2] += generator.uniform(-1, 1, strike.size)
    found = fit(strike, quotes)
    least, most = found.discount_factor_interval
    assert least < found.discount_factor < most
    assert found.joint_forward_interval[0] <= found.forward_interval[0]
    assert found.forward_interval[1] <= found.joint_forward_interval[1]


def test_strikes_that_contradict_each_other_leave_no_discount_factor():
    strike = np.arange(4000.0, 5000.0, 50.0)
    quotes = np.array(two_sided(strike, 4490.0, 0.998, 3.0))
    quotes[:2, 7] += 10.0
    found = fit(strike, quotes)
    assert np.isnan(found.discount_factor_interval).all()
    # A bump of ten against bounds of three on either side, shared by the line and its neighbours.
    assert found.region.widening == pytest.approx(0.5 * (10.0 - 2 * 3.0), rel=1e-9)
    assert found.forward_interval[0] > found.forward_interval[1]


@given(lines)
def test_a_known_discount_factor_leaves_only_the_forward_to_fit(line):
    forward, rate, n, reach, width = line
    strike = np.linspace(1 - reach, 1 + reach, n) * forward
    discount = np.exp(-rate * MATURITY)
    quotes = two_sided(strike, forward, discount, width * forward)
    found = fit_parity(strike, *quotes, MATURITY, discount_factor=discount)
    assert found.forward == pytest.approx(forward, rel=64 * 2.3e-16 / reach)
    assert (found.discount_factor, found.discount_factor_error) == (discount, 0.0)
    assert found.discount_factor_given


def test_errors_of_forwards_cover_the_truth_when_the_discount_factor_is_off():
    generator = np.random.default_rng(7)
    strike = np.arange(3000.0, 5000.0, 25.0)  # its centre is 490 below the forward
    error, scores = 2e-4, []
    for _ in range(400):
        quotes = np.array(two_sided(strike, 4490.0, 0.998, np.full(strike.size, 4.0)))
        quotes[:2] += 0.3 * generator.standard_normal(strike.size)
        call_bid, call_ask, put_bid, put_ask = quotes
        found = fit_parity(
            strike,
            call_bid,
            call_ask,
            put_bid,
            put_ask,
            MATURITY,
            discount_factor=0.998 + error * generator.standard_normal(),
            discount_factor_error=error,
        )
        scores.append((found.forward - 4490.0) / found.forward_error)
    covered = np.mean(np.abs(scores) < 1.96)
    # 400 runs have a binomial error of 1%; without the discount's error a third would be covered.
    assert 0.91 < covered < 0.985


@pytest.mark.parametrize(("discount", "error"), [(0.0, 0.0), (-1.0, 0.0), (0.99, -1e-3)])
def test_a_known_discount_factor_must_be_positive(discount, error):
    strike = np.arange(4000.0, 5000.0, 50.0)
    with pytest.raises(ParameterError, match="positive discount factor"):
        fit_parity(
            strike,
            *two_sided(strike, 4490.0, 0.99, 1.0),
            MATURITY,
            discount_factor=discount,
            discount_factor_error=error,
        )


def test_equal_strikes_are_refused():
    strike = np.array([90.0, 100.0, 100.0, 110.0])
    with pytest.raises(DataError, match="distinct strikes"):
        fit(strike, two_sided(strike, 100.0, 0.99, 0.1))
