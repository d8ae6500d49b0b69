"""Many names at once: the same fits as one by one, and failures that stay where they are."""

from functools import partial

import numpy as np
import pytest

from rmot.calibration import calibrate, calibrate_portfolio
from rmot.errors import DataError, ParameterError
from rmot.models import BlackScholes
from tests.calibration.surfaces import surface_of


def broken():
    raise DataError("expected a chain; got none")


def flat(level):
    return surface_of(BlackScholes(volatility=level), noise=np.random.default_rng(3))


@pytest.mark.parametrize("processes", [1, 2])
def test_a_failed_name_does_not_lose_the_others(processes):
    seen = []
    surfaces = {"A": partial(flat, 0.2), "B": broken, "C": flat(0.3)}
    found = calibrate_portfolio(
        BlackScholes,
        surfaces,
        processes=processes,
        progress=lambda name, done, total: seen.append((name, done, total)),
    )
    assert list(found.fits) == ["A", "C"]
    assert found.failures == {"B": "expected a chain; got none"}
    assert sorted(name for name, _, _ in seen) == ["A", "B", "C"]
    assert [done for _, done, _ in seen] == [1, 2, 3]
    for name, level in (("A", 0.2), ("C", 0.3)):
        assert found.fits[name].to_dict() == calibrate(BlackScholes, flat(level)).to_dict()


def test_no_names_and_no_processes_are_refused():
    with pytest.raises(ParameterError, match="at least one surface"):
        calibrate_portfolio(BlackScholes, {})
    with pytest.raises(ParameterError, match="at least one process"):
        calibrate_portfolio(BlackScholes, {"A": flat(0.2)}, processes=-1)
