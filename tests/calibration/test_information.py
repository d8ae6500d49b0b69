import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmot.calibration.information import (
    effective_dimension,
    fisher_information,
    misfit_errors,
    standard_errors,
)


def test_straight_line_has_the_textbook_errors():
    # y = a + b x with unit noise: var b = 1/Sxx, var a = 1/n + mean^2/Sxx.
    x = np.linspace(-1.0, 3.0, 41)
    errors = standard_errors(fisher_information(np.column_stack([np.ones_like(x), x])))
    spread = np.sum((x - x.mean()) ** 2)
    assert errors[1] ** 2 == pytest.approx(1 / spread, rel=1e-12)
    assert errors[0] ** 2 == pytest.approx(1 / len(x) + x.mean() ** 2 / spread, rel=1e-12)


@given(st.lists(st.floats(-12, 2), min_size=1, max_size=6))
def test_effective_dimension_counts_eigenvalues_within_four_decades(exponents):
    values = 10.0 ** np.array(exponents)
    rotation = np.linalg.qr(np.random.default_rng(3).standard_normal((len(values),) * 2))[0]
    matrix = rotation @ np.diag(values) @ rotation.T
    expected = np.sum(values >= 1e-4 * values.max() * (1 + 1e-6))
    borderline = np.sum(np.abs(values / values.max() / 1e-4 - 1) < 1e-6)
    assert expected <= effective_dimension((matrix + matrix.T) / 2) <= expected + borderline


def test_sandwich_agrees_with_cramer_rao_when_the_noise_is_as_stated():
    generator = np.random.default_rng(5)
    count = 200_000
    jacobian = np.column_stack([np.ones(count), generator.standard_normal(count)])
    residuals = generator.standard_normal(count)
    plain = standard_errors(fisher_information(jacobian))
    robust = misfit_errors(jacobian, residuals)
    # A diagonal entry is a mean of `count` terms r^2 x^2, of variance E r^4 E x^4 - 1 = 8 at most.
    assert np.allclose((robust / plain) ** 2, 1, atol=5 * np.sqrt(8 / count))


def test_errors_are_those_of_the_inverse_and_infinite_where_there_is_none():
    x = np.linspace(-1.0, 3.0, 41)
    jacobian = np.column_stack([np.ones_like(x), x, x**2])
    information = fisher_information(jacobian)
    expected = np.sqrt(np.diag(np.linalg.inv(information)))
    assert np.allclose(standard_errors(information), expected, rtol=1e-10)
    doubled = fisher_information(np.column_stack([jacobian[:, :2], 2 * x]))
    errors = standard_errors(doubled)
    assert np.isfinite(errors[0])
    assert np.all(np.isinf(errors[1:]))
    robust = misfit_errors(np.column_stack([jacobian[:, :2], 2 * x]), np.ones_like(x))
    assert list(np.isinf(robust)) == [False, True, True]
