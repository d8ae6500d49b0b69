"""The thin wrapper of models that know their correlation."""

import numpy as np
import pytest

from rmot.dependence import factor_correlation
from rmot.errors import ParameterError


class Shared:
    """Two assets on one factor and noise of their own."""

    def correlation(self, maturity):
        return np.array([[1.0, 0.5], [0.5, 1.0]]) if maturity < 1 else np.array([[1.0, 2], [2, 1]])


def test_a_models_correlation_says_that_it_is_assumed():
    found = factor_correlation(Shared(), 0.5)
    assert found.correlation[0, 1] == 0.5
    assert found.source == "factor assumption"


def test_bad_input_is_refused():
    with pytest.raises(ParameterError, match="with a correlation"):
        factor_correlation(object(), 0.5)  # pyright: ignore[reportArgumentType]
    with pytest.raises(ParameterError, match="maturity > 0"):
        factor_correlation(Shared(), 0.0)
    with pytest.raises(ParameterError, match=r"\[-1, 1\]"):
        factor_correlation(Shared(), 2.0)
