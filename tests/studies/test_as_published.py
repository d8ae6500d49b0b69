"""The laws that the study of the sources' formulas makes are what it says, and its tables set."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtri

from paper.quantities import published
from rmot.models import RoughHeston
from rmot.payoffs import call
from rmot.studies import as_published
from rmot.transport.published.regularised_problem import nodes_of

SOURCE = {"data": "real", "data_sha256": "ab" * 32}
MODEL = RoughHeston(
    hurst=0.1,
    vol_of_vol=0.3,
    correlation=-0.6,
    initial_variance=0.04,
    mean_reversion=0.3,
    long_run_variance=0.04,
)


def test_the_true_law_is_wider_and_has_the_forward_as_mean():
    points, p = nodes_of(MODEL.prior(1 / 12, n_points=300, upper=2.0))
    wide = as_published._lognormal_on(points, MODEL, 1 / 12)
    assert wide.sum() == pytest.approx(1.0, abs=1e-12)
    assert wide @ points == pytest.approx(1.0, abs=1e-12)
    volatility = as_published.WIDENED * MODEL.implied_volatility(np.zeros(1), 1 / 12).item()
    # E S^2 = exp(v T) for a lognormal; binning on cells of relative width h changes E S^2 by h^2,
    # and nodes that end at twice the forward leave out a tail beyond four deviations.
    variance = wide @ points**2 - 1
    assert variance == pytest.approx(np.expm1(volatility**2 / 12), rel=0.02)
    assert variance > 4 * (p @ points**2 - 1)


def test_the_joint_prior_has_the_copulas_rank_correlation_and_nearly_the_marginals():
    marginal = nodes_of(MODEL.prior(1 / 12, n_points=150))
    points, p = marginal
    joint = as_published._coupled([marginal, marginal])
    levels = np.cumsum(p) - 0.5 * p
    scores = [ndtri(np.interp(joint.points[:, i], points, levels)) for i in range(2)]
    correlation = joint.weights @ (scores[0] * scores[1])
    assert correlation == pytest.approx(as_published.CORRELATION, abs=0.02)
    fair = p @ call(1.0).value(points)
    for i in range(2):
        assert joint.weights @ call(1.0).value(joint.points[:, i]) == pytest.approx(fair, rel=0.02)


def test_decay_is_read_off_as_a_power_of_the_distance_from_the_forward():
    strikes = np.array([1.2, 5.0, 10.0])
    table = pd.DataFrame(
        {
            "strike": strikes,
            "wasserstein": 1e-5 * (strikes - 1) ** -1.5,
            "wasserstein_least": 0.01,
            "chi_squared": 1e-6,
            "classical": 1e-4,
            "quotes": 7,
            **SOURCE,
        }
    )
    made = {number.macro: number for number in published.far_strikes(table)}
    assert made["FarDecay"].value == pytest.approx(-1.5, abs=1e-12)
    assert made["FarClassicalFar"].value == pytest.approx(1.0)
    assert r"\toprule" in as_published.printed(table)
