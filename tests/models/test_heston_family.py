"""What Heston and rough Heston share refuses what is not known well enough, and says where."""

import numpy as np
import pytest

from rmot.errors import AccuracyError
from rmot.models._heston_family import check_solved


@pytest.mark.parametrize("u", [np.array([1j, 2.0]), np.array([[0.0, 1j], [2.0, 3.0]])])
def test_values_that_are_not_solved_are_refused_by_frequency(u):
    values = np.array([0.5, 100.0], complex)
    # errors count against the larger of one and the value
    check_solved(u, values, np.array([0.9e-10, 0.9e-8]))
    with pytest.raises(AccuracyError, match=r"reaches 1\.1e-08 at u = .*2.*; 1e-10 was wanted"):
        check_solved(u, values, np.array([0.9e-10, 1.1e-8]))
    with pytest.raises(AccuracyError, match="nan"):
        check_solved(u, values, np.array([0.0, np.nan]))
