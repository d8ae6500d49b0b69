import numpy as np
import pytest

from rmot.errors import ParameterError
from rmot.market.registry import describe
from rmot.market.synthetic_realised import INDICES, RoughVolatility, write_realised_variance


def test_realised_variance_has_the_mean_and_noise_of_a_flat_volatility():
    returns, days = 78, 4000
    flat = RoughVolatility(0.3, 1e-9, 0.01)
    found = flat.realised_variance(days, np.random.default_rng(1), returns, 1)
    # a chi-squared over n: relative variance 2/n
    assert found.mean() == pytest.approx(1e-4, rel=4 * np.sqrt(2 / returns / days))
    assert found.var() / found.mean() ** 2 == pytest.approx(
        2 / returns, rel=4 * np.sqrt(2.2 / days)
    )


def test_file_says_that_it_is_synthetic_and_repeats(tmp_path):
    first, second = tmp_path / "a.csv.gz", tmp_path / "b.csv.gz"
    few = {"SPX": INDICES["SPX"]}
    for path in (first, second):
        write_realised_variance(path, 3, few, days=120)
    assert first.read_bytes() == second.read_bytes()
    assert describe(first).kind == "synthetic"


@pytest.mark.parametrize("wrong", [(0.0, 0.3, 0.01), (0.1, -0.3, 0.01), (0.1, 0.3, 0.0)])
def test_parameters_outside_their_domain_are_refused(wrong):
    with pytest.raises(ParameterError, match="hurst in"):
        RoughVolatility(*wrong)
