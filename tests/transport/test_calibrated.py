"""The law nearest to a prior serves all payoffs and radii, and no other prior or quotes."""

from dataclasses import fields

import numpy as np
import pytest

from rmot.artifact.files import read_json, write_json
from rmot.errors import DataError, ParameterError
from rmot.models import BlackScholes, two_date_law
from rmot.payoffs import average_call, call, forward_start_straddle, put
from rmot.transport import (
    Bounds,
    ChiSquared,
    KullbackLeibler,
    MultipleOfLeast,
    Quotes,
    Unrestricted,
    martingale_bounds,
    price_bounds,
)

PRIOR = BlackScholes(volatility=0.2).prior(0.25, n_points=60, kinks=[0.95, 1.0, 1.05, 1.1])
QUOTES = Quotes([call(1.0)], [0.043], [0.045])


def bounded(payoff, multiple, **options):
    given = {"quotes": QUOTES, "divergence": ChiSquared()} | options
    return price_bounds(payoff, PRIOR, radius=MultipleOfLeast(multiple), **given)


@pytest.mark.parametrize("divergence", [ChiSquared(), KullbackLeibler()])
def test_bounds_are_the_same_to_the_bit_with_a_law_found_before(divergence):
    first = bounded(call(1.05), 2.0, divergence=divergence)
    alone = bounded(put(0.95), 3.0, divergence=divergence)
    again = bounded(put(0.95), 3.0, divergence=divergence, calibrated=first.calibrated)
    for name in ("lower", "upper", "gap", "price", "minimum_radius", "radius"):
        assert getattr(again, name) == getattr(alone, name)
    assert np.array_equal(again.upper_hedge.positions, alone.upper_hedge.positions)


def test_two_dates_share_a_law_too():
    law = two_date_law(BlackScholes(volatility=0.2), 0.1, 0.2, n_first=16, n_second=24)
    quotes = Quotes([call(1.0)], [0.026], [0.028]), Quotes([call(1.0)], [0.036], [0.038])

    def both(payoff, multiple, **known):
        radius = MultipleOfLeast(multiple)
        return martingale_bounds(
            payoff, law.prior, quotes, divergence=ChiSquared(), radius=radius, **known
        )

    first = both(forward_start_straddle(1.0), 2.0)
    alone, again = (
        both(average_call(1.0), 4.0, **known) for known in ({}, {"calibrated": first.calibrated})
    )
    for field in fields(alone):
        one, other = getattr(alone, field.name), getattr(again, field.name)
        if isinstance(one, float):
            assert one == other


def test_a_law_found_for_others_is_refused():
    found = bounded(call(1.05), 2.0).calibrated
    others = Quotes([call(1.0)], [0.043], [0.045])
    with pytest.raises(ParameterError, match=r"of other quotes$"):
        bounded(call(1.05), 2.0, quotes=others, calibrated=found)
    with pytest.raises(ParameterError, match=r"of other divergence$"):
        bounded(call(1.05), 2.0, divergence=KullbackLeibler(), calibrated=found)
    with pytest.raises(ParameterError, match="Unrestricted; got a calibrated law"):
        price_bounds(call(1.05), None, quotes=QUOTES, divergence=Unrestricted(), calibrated=found)


def test_saved_bounds_leave_the_law_out(tmp_path):
    found = bounded(call(1.05), 2.0)
    found.save(tmp_path / "bounds.json")
    assert type(found).load(tmp_path / "bounds.json").calibrated is None


@pytest.mark.parametrize("name", ["lower_hedge", "upper_hedge"])
def test_saved_bounds_without_a_hedge_are_refused(tmp_path, name):
    path = tmp_path / "bounds.json"
    bounded(call(1.05), 2.0).save(path)
    write_json(path, {**read_json(path), name: None})
    with pytest.raises(DataError, match="expected a hedge; got None"):
        Bounds.load(path)
