"""The volatility index beside two prices, against closed forms of its first two moments."""

import numpy as np
import pytest
from scipy.integrate import quad

from rmot.errors import ParameterError
from rmot.models import Heston, RoughHeston
from rmot.models.volatility_index import index_prior
from rmot.numerics.resolvent_kernel import resolvent_kernel

FIRST, SECOND = 0.1, 0.1 + 30 / 365
WINDOW = SECOND - FIRST
N = 2**13
HESTON = Heston(
    vol_of_vol=0.5,
    correlation=-0.6,
    initial_variance=0.05,
    mean_reversion=2.0,
    long_run_variance=0.04,
)
ROUGH = RoughHeston(
    hurst=0.15,
    vol_of_vol=0.3,
    correlation=-0.6,
    initial_variance=0.05,
    mean_reversion=0.5,
    long_run_variance=0.04,
)


def expected_variance(model: Heston | RoughHeston, alpha: float, t: float) -> float:
    """Return E V_t by the resolvent of the mean-reverting Volterra equation."""
    start = model.initial_variance or 0.0
    pull = model.mean_reversion * ((model.long_run_variance or 0.0) - start)
    grown = float(resolvent_kernel(np.array([t]), alpha, model.mean_reversion, 1)[0])
    return start + pull * grown


@pytest.mark.parametrize(
    ("model", "alpha"), [(HESTON, 1.0), (ROUGH, 0.65)], ids=["Heston", "rough"]
)
def test_the_square_of_the_index_has_the_mean_and_the_variance_of_its_volterra_formula(
    model, alpha
) -> None:
    _, index = model.index_paths(FIRST, SECOND, N, seed=3)
    square = index**2
    mean = quad(lambda t: expected_variance(model, alpha, t), FIRST, SECOND)[0] / WINDOW

    def spread(s: float) -> float:
        ends = np.array([SECOND - s, FIRST - s])
        late, soon = resolvent_kernel(ends, alpha, model.mean_reversion, 1)
        return (model.vol_of_vol * (late - soon)) ** 2 * expected_variance(model, alpha, s)

    variance = quad(spread, 0.0, FIRST, limit=200)[0] / WINDOW**2
    # Sobol points do better than independent ones, whose errors these are; steps take a hundredth
    assert square.mean() == pytest.approx(mean, abs=4 * np.sqrt(variance / N))
    kurtosis = np.mean((square - square.mean()) ** 4) / square.var() ** 2
    assert square.var() == pytest.approx(variance, rel=4 * np.sqrt(kurtosis / N) + 0.01)


def test_the_joint_law_is_a_martingale_whose_log_contract_is_the_index() -> None:
    prior = index_prior(ROUGH, FIRST, SECOND, n_first=12, n_index=10, n_second=40, n_paths=N)
    first, index, second = prior.points.T
    _, fibre = np.unique(prior.points[:, :2], axis=0, return_inverse=True)
    w = prior.weights
    gains = np.bincount(fibre.ravel(), w * (second - first))
    assert np.abs(gains).max() <= 1e-14
    assert w @ first == pytest.approx(1.0, abs=1e-12)
    # on average: what is left is the width of cells, and chance in the far ones
    variance = -2.0 / WINDOW * (w @ np.log(second / first))
    assert variance == pytest.approx(w @ index**2, rel=0.02)


def test_a_share_of_wilder_paths_carries_the_index_further() -> None:
    from dataclasses import replace

    wild = replace(ROUGH, vol_of_vol=0.8)
    sizes = {"n_first": 8, "n_index": 10, "n_second": 20, "n_paths": 2**10}
    alone = index_prior(ROUGH, FIRST, SECOND, **sizes)
    mixed = index_prior([(0.95, ROUGH), (0.05, wild)], FIRST, SECOND, **sizes)
    assert mixed.points[:, 1].max() > 1.2 * alone.points[:, 1].max()


def test_impossible_requests_are_refused() -> None:
    with pytest.raises(ParameterError, match="n_index"):
        index_prior(ROUGH, FIRST, SECOND, n_index=2)
    with pytest.raises(ParameterError, match="64 a cell"):
        index_prior(ROUGH, FIRST, SECOND, n_paths=512)
    with pytest.raises(ParameterError, match="shares"):
        index_prior([(1.0, ROUGH), (-0.1, ROUGH)], FIRST, SECOND)
    with pytest.raises(ParameterError):
        index_prior(ROUGH, SECOND, FIRST)


def test_no_node_s_cell_spans_a_kink() -> None:
    sizes = {"n_first": 8, "n_index": 8, "n_second": 12, "n_paths": 2**10}
    kinks, index_kinks = [0.97, 0.98, 1.01], [0.19, 0.2]
    plain = index_prior(ROUGH, FIRST, SECOND, **sizes)
    cut = index_prior(ROUGH, FIRST, SECOND, kinks=kinks, index_kinks=index_kinks, **sizes)
    for column, edges in ((0, kinks), (1, index_kinks)):
        held = np.unique(cut.points[:, column])
        counts = np.histogram(held, [held[0], *edges, held[-1] + 1e-9])[0]
        assert counts.min() >= 1
    # cells that are cut keep their mass and their means
    assert cut.mean() == pytest.approx(plain.mean(), abs=5e-3)
    with pytest.raises(ParameterError, match="positive kinks"):
        index_prior(ROUGH, FIRST, SECOND, kinks=[-1.0], **sizes)
