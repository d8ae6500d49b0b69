"""Certificates of the index balls, around a law of our own making."""

import json
from fractions import Fraction
from types import SimpleNamespace

import pandas as pd
import pytest

from paper.quantities import bounds
from proofs_check import verify_balls
from rmot.models import BlackScholes
from rmot.payoffs import call
from rmot.studies import certified_balls
from rmot.transport import Quotes


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("balls")
    prior = BlackScholes(volatility=0.2).prior(0.1, n_points=120, kinks=[1.0, 1.2])
    other = BlackScholes(volatility=0.21).prior(0.1, n_points=120, kinks=[1.0, 1.2])
    payoffs = [call(strike) for strike in (0.9, 0.95, 1.02, 1.1)]
    fair = [other.expectation(payoff) for payoff in payoffs]
    quotes = Quotes(payoffs, [0.995 * price for price in fair], [1.005 * price for price in fair])
    fit = SimpleNamespace(source={"kind": "synthetic", "sha256": "ab" * 32})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(certified_balls, "problem", lambda _: (fit, None, prior, quotes))
        certified_balls.main(["--profile=quick", f"--output={folder / 'balls.json'}"])
    verify_balls.main([str(folder / "balls.json"), "--table", str(folder / "table.csv")])
    return json.loads((folder / "balls.json").read_text()), pd.read_csv(
        folder / "table.csv", dtype={"below": str, "above": str}
    )


def test_every_ball_is_accepted_on_both_sides_with_its_data(files):
    content, table = files
    assert len(table) == 2 * len(content["balls"])
    assert set(table["divergence"]) == {"chi-squared", "kullback-leibler", "cressie-read"}
    assert set(table["data"]) == {"synthetic"}
    assert set(table["profile"]) == {"quick"}


def test_numbers_are_the_largest_of_the_table(files):
    _, table = files
    made = {number.macro: number.value for number in bounds.enclosed(table)}
    assert made["BallsEnclosed"] == len(table)
    ends = [table[name].map(Fraction) for name in ("below", "above")]
    assert made["BallsWidth"] == float(max(ends[1] - ends[0]))
    assert 0 < made["BallsWithLaw"] <= len(table)
    # What the solvers leave: 1e-9 of a deviation, of intervals no narrower than 1e-4 of it.
    assert made["BallsGap"] < 1e-4
