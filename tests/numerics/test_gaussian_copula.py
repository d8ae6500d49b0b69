"""Gaussian copulas against the correlations that they are to have, and Black's formula."""

import numpy as np
import pytest
from scipy.special import ndtri

from rmot.numerics import black_call
from rmot.numerics.gaussian_copula import (
    common_and_own,
    correlated,
    independent_normals,
    prices,
)

DEVIATION = 0.25


def _lognormal(levels):
    return np.exp(DEVIATION * ndtri(levels) - DEVIATION**2 / 2)


@pytest.mark.parametrize("n_assets", [1, 2, 5])
@pytest.mark.parametrize("correlation", [-0.2, 0.0, 0.6, 1.0])
def test_common_and_own_parts_have_one_correlation_for_all_pairs(n_assets, correlation):
    """The map from independent normals is linear: its matrix times its transpose is theirs."""
    common, own = common_and_own(np.eye(n_assets))
    root = np.sqrt(1 + (n_assets - 1) * correlation) * common + np.sqrt(1 - correlation) * own
    wanted = np.full((n_assets, n_assets), correlation)
    np.fill_diagonal(wanted, 1.0)
    assert root.T @ root == pytest.approx(wanted, abs=1e-14)
    other = correlated(np.eye(n_assets), wanted)
    assert other.T @ other == pytest.approx(wanted, abs=1e-14)


def test_full_correlation_makes_the_basket_one_asset():
    common, _ = common_and_own(independent_normals(3, 1 << 13, 8, seed=1))
    found = np.column_stack(list(prices([_lognormal] * 3, np.sqrt(3.0) * common + np.zeros(3))))
    assert np.ptp(found, axis=1).max() < 1e-12
    paid = np.maximum(found[:, 0] - 1.1, 0.0).reshape(8, -1).mean(axis=1)
    expected = float(black_call(np.log(1.1), DEVIATION, 1.0))
    assert paid.mean() == pytest.approx(expected, abs=5 * paid.std(ddof=1) / np.sqrt(8))
    # independent points would leave 0.16 / sqrt(8192)
    assert paid.std(ddof=1) / np.sqrt(8) < 0.16 / np.sqrt(1 << 13) / 10


def test_replicates_are_independent_and_seeds_decide():
    first, again, other = (independent_normals(2, 64, 4, seed) for seed in (3, 3, 4))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert len({block.tobytes() for block in first.reshape(4, 16, 2)}) == 4
