"""Balls around the log of a characteristic function contain what the engine computes."""

import numpy as np
import pytest
from flint import arb

from proofs_check.riccati_series import log_characteristic_function
from rmot.errors import DataError
from rmot.models import RoughHeston

VARIANCE, MATURITY = 0.04, 0.125


@pytest.mark.parametrize("vol_of_vol", [0.05, 0.2])
@pytest.mark.parametrize(("hurst", "correlation"), [(0.125, -0.625), (0.25, 0.5), (0.5, -0.75)])
@pytest.mark.parametrize("frequency", [1, 5, 12])
def test_ball_holds_the_engine_s_value(hurst, correlation, vol_of_vol, frequency):
    model = RoughHeston(
        hurst=hurst,
        vol_of_vol=vol_of_vol,
        correlation=correlation,
        initial_variance=VARIANCE,
        mean_reversion=0.0,
        long_run_variance=VARIANCE,
    )
    engine = model.log_characteristic_function(np.array([frequency]), MATURITY)[0]
    ball, _ = log_characteristic_function(
        arb(hurst), arb(vol_of_vol), arb(correlation), frequency, arb(MATURITY)
    )
    assert float(ball.real.rad()) < 1e-6
    assert abs(complex(ball) * VARIANCE - engine) < 1e-8


def test_linear_part_is_the_derivative_at_zero():
    errors = []
    for vol_of_vol in (2.0**-6, 2.0**-7):
        ball, linear = log_characteristic_function(
            arb(0.125), arb(vol_of_vol), arb(-0.625), 8, arb(MATURITY)
        )
        errors.append(abs(complex(ball) - complex(linear)))
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.05)


def test_frequency_beyond_the_majorant_is_an_error():
    with pytest.raises(DataError, match="frequency"):
        log_characteristic_function(arb(0.125), arb(0.5), arb(-0.9), 400, arb(1))
