"""Joint tables: their margins, their correlation, independence."""

import numpy as np
import pytest

from rmot.models import BlackScholes
from rmot.transport.couplings.tables import gaussian_table


@pytest.mark.parametrize("rho", [-0.9, 0.0, 0.5])
def test_margins_are_exact_and_the_correlation_near(rho):
    laws = [BlackScholes(volatility=v).prior(0.25, n_points=120).closed() for v in (0.2, 0.3)]
    joint = gaussian_table(laws[0], laws[1], rho)
    for asset, law in enumerate(laws):
        place = np.searchsorted(law.points, joint.points[:, asset])
        margin = np.bincount(place, joint.weights, law.points.size)
        assert np.abs(margin - law.weights).sum() <= 1e-11
    logs = np.log(joint.points)
    centred = logs - joint.weights @ logs
    covariance = (centred.T * joint.weights) @ centred
    found = covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1])
    # cells are some 0.1 deviations wide, and the copula's density is taken at their middles
    assert found == pytest.approx(rho, abs=5e-3)
