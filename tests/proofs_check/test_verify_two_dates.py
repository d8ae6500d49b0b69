"""The verifier of hedges at two dates accepts what dominates and nothing else."""

import json
from fractions import Fraction

import numpy as np
import pytest

from proofs_check import verify_two_dates
from rmot.numerics import black_call
from rmot.payoffs import (
    average_call,
    call,
    cliquet,
    digital,
    forward_start_call,
    forward_start_straddle,
    put,
    straddle,
)
from rmot.transport import Quotes
from rmot.transport.two_dates.certificate import save_two_date_certificates, two_date_certificate
from rmot.transport.two_dates.classical import classical_two_dates

STRIKES = np.array([0.85, 1.0, 1.15])
PAYOFFS = [
    forward_start_call(1.0),
    forward_start_straddle(1.05),
    cliquet(-0.05, 0.08),
    average_call(1.02),
]


def _quotes(deviation):
    fair = black_call(np.log(STRIKES), deviation, 1.0)
    low, middle, high = STRIKES
    payoffs = [put(low), straddle(middle), call(high), digital(middle)]
    prices = np.array([fair[0] - 1 + low, 2 * fair[1], fair[2], 0.47])
    width = np.array([1e-3, 2e-3, 1e-3, 0.03])
    return Quotes(payoffs, prices - width, prices + width)


QUOTES = _quotes(0.1), _quotes(0.2)


@pytest.fixture(scope="module", params=PAYOFFS, ids=lambda payoff: payoff.label)
def certificates(request):
    sides = classical_two_dates(request.param, *QUOTES)
    made = [
        two_date_certificate(side, request.param, QUOTES, which)
        for side, which in zip(sides, ("lower", "upper"), strict=True)
    ]
    return sides, made


def _sign(item):
    return 1 if item["side"] == "upper" else -1


def test_exact_cost_is_the_bound(certificates):
    sides, made = certificates
    for side, item in zip(sides, made, strict=True):
        assert verify_two_dates.holds(item)
        assert abs(Fraction(item["cost"]) - Fraction(side.value)) < Fraction(1, 10**11)


@pytest.mark.parametrize("amount", ["1/1000", "1/2000000"])
def test_less_cash_is_rejected(certificates, amount):
    # Hedges touch the payoff within the deltas' tolerance, 2e-7.
    for item in certificates[1]:
        doctored = json.loads(json.dumps(item))
        for place in (doctored["hedge"], doctored):
            key = "cash" if "cash" in place else "cost"
            place[key] = str(Fraction(place[key]) - _sign(item) * Fraction(amount))
        assert not verify_two_dates.holds(doctored)


def test_a_cost_that_is_not_the_positions_is_rejected(certificates):
    for item in certificates[1]:
        doctored = {**item, "cost": str(Fraction(item["cost"]) - Fraction(1, 10**9))}
        assert not verify_two_dates.holds(doctored)


def test_other_deltas_are_rejected(certificates):
    for item in certificates[1]:
        doctored = json.loads(json.dumps(item))
        for row in doctored["hedge"]["deltas"]:
            row[1] = str(Fraction(row[1]) - _sign(item) * Fraction(1, 2))
        assert not verify_two_dates.holds(doctored)


@pytest.mark.parametrize(
    "change",
    [
        lambda hedge: hedge["deltas"].reverse(),
        lambda hedge: hedge["deltas"][-1].__setitem__(2, "1"),
        lambda hedge: hedge["deltas"][0].__setitem__(0, "1/10"),
    ],
)
def test_misformed_deltas_are_rejected(certificates, change):
    doctored = json.loads(json.dumps(certificates[1][0]))
    doctored["hedge"]["deltas"].append(["1000", "0", "0", "0"])
    change(doctored["hedge"])
    with pytest.raises(verify_two_dates.Rejected):
        verify_two_dates.holds(doctored)


def test_files_are_verified_whole(certificates, tmp_path, capsys):
    path = tmp_path / "two_dates.json"
    save_two_date_certificates(path, certificates[1])
    verify_two_dates.main([path])
    assert json.loads(capsys.readouterr().out) == {"two_dates": 2}
    content = json.loads(path.read_text())
    content["two_dates"][1]["cost"] = "0"
    path.write_text(json.dumps(content))
    with pytest.raises(SystemExit, match="upper bound"):
        verify_two_dates.main([path])


@pytest.mark.parametrize("high", [3.0, np.inf])
@pytest.mark.parametrize("low", [0.0, 0.5])
def test_signs_agree_with_sampled_values(low, high):
    generator = np.random.default_rng(5)
    decided = 0
    x = np.linspace(low, min(high, 40.0), 4001)[1:]
    for _ in range(400):
        a, b, c, d = generator.integers(-6, 7, 4) / 4
        c = 0.0 if np.isinf(high) else c
        least = (a + b * x + c * x**2 + d / x).min()
        # Samples tell where the sign is clear; at most b x is yet to come.
        if abs(least) < 0.05 or (np.isinf(high) and b <= 0):
            continue
        decided += 1
        end = verify_two_dates.inf if np.isinf(high) else Fraction(high)
        a, b, c, d = (Fraction(each) for each in (a, b, c, d))
        assert verify_two_dates._stays(a, b, c, d, Fraction(low), end) == (least > 0)
    assert decided > 100
