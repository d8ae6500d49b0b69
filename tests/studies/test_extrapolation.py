"""Studies of quotes far from the money: what is shown, what is chosen where, what is counted."""

import numpy as np
import pandas as pd
import pytest

from rmot.artifact.files import write_csv
from rmot.market import read_chain
from rmot.market.synthetic import SyntheticSlice, index_slices, write_cboe_table
from rmot.models import Heston
from rmot.numerics import black_otm
from rmot.studies.extrapolation import coverage, horizons, intervals, point_errors, predictions
from rmot.studies.extrapolation.balls import Ball, classical_interval, law
from rmot.studies.extrapolation.choice import CHOSEN_ON, distance_to_interval
from rmot.studies.extrapolation.competitors import COMPETITORS, LAST_QUOTE, NEAREST
from rmot.studies.extrapolation.quotes import (
    CALLS,
    FURTHEST,
    HALF_WIDTHS,
    HELD_OUT_BEYOND,
    PUTS,
    held_out_rows,
    splits,
)
from rmot.studies.study import Config

HESTON = Heston(
    initial_variance=0.04,
    mean_reversion=0.0,
    long_run_variance=0.0,
    vol_of_vol=0.9,
    correlation=-0.7,
)
TRUE, FLAT = "heston_each", "black_scholes"


@pytest.fixture(scope="module")
def chain(tmp_path_factory):
    """Quotes around Heston's prices, which lie strictly within bid and ask."""
    path = tmp_path_factory.mktemp("chains") / "heston.csv.gz"
    slices = [
        SyntheticSlice(
            each.expiry,
            each.settlement,
            each.forward,
            each.discount_factor,
            np.asarray(each.strike)[::3],
        )
        for each in index_slices("SPX")
    ]
    write_cboe_table(path, "SPX", 4500.0, slices, HESTON.call_price, seed=4)
    return path


@pytest.fixture(scope="module")
def table(chain):
    """Predictions of the true class, of a flat volatility and of the last quote alone."""
    with pytest.MonkeyPatch.context() as patch:
        few = {key: COMPETITORS[key] for key in (FLAT, TRUE)}
        patch.setattr(predictions, "COMPETITORS", few)
        patch.setattr(predictions, "PRIORS", (TRUE,))
        return predictions.run(Config("quick", {"SPX": chain}))


@pytest.fixture
def two_chains(table, tmp_path, monkeypatch):
    """The same quotes under two names, where the second asks for other radii."""
    monkeypatch.setattr(intervals, "COMPETITORS", {key: COMPETITORS[key] for key in (FLAT, TRUE)})
    monkeypatch.setattr(intervals, "PRIORS", (TRUE,))
    rows, priors = table
    config = Config("quick", {name: tmp_path / f"{name}.csv" for name in ("SPX", "SPX23")})
    other = rows.assign(chain="SPX23", needed_excess=np.linspace(1e-3, 2e-2, len(rows)))
    for (name, path), each in zip(config.inputs.items(), (rows, other), strict=True):
        write_csv(path, each)
        for (key, expiry), prior in priors.items():
            prior.save(path.with_suffix("") / f"{key}.{expiry}.json")
        assert name in set(each["chain"])
    return config


def held_out(rows, model):
    return rows.loc[
        (rows["half_width"] == HELD_OUT_BEYOND)
        & (rows["model"] == model)
        & (rows["wing"] != predictions.INSIDE)
    ]


def test_held_out_strikes_are_beyond_and_no_model_sees_them(chain):
    surface = read_chain(chain).surface()
    for part in splits(surface, "quick"):
        k = part.held_out.log_moneyness
        assert np.all((np.abs(k) > HELD_OUT_BEYOND) & (np.abs(k) <= FURTHEST))
        assert np.sum(k < 0) <= PUTS["quick"]
        assert np.sum(k > 0) <= CALLS["quick"]
        for half_width in HALF_WIDTHS:
            inside = part.inside(half_width).log_moneyness
            assert np.all(np.abs(inside) <= half_width)
            judged = k[np.abs(k) > half_width]
            assert not set(inside) & set(judged)


def test_held_out_rows_reach_the_ends_and_leave_out_the_nearest():
    k = np.array([-0.5, -0.3, -0.2, -0.11, 0.0, 0.11, 0.15, 0.3])
    # evenly from -0.5 to -0.11 less the last, -0.305; from 0.11 to 0.3 less the first, 0.205
    assert held_out_rows(k, 2, 2).tolist() == [0, 1, 6, 7]


def test_the_class_that_made_the_quotes_foretells_them_near_their_noise(table):
    rows, _ = table
    errors = {}
    for key in (TRUE, FLAT):
        part = held_out(rows, key)
        gap = part["predicted_volatility"] - part["quoted_volatility"]
        errors[key] = np.sqrt(np.mean(gap**2))
    part = held_out(rows, TRUE)
    # the middle lies up to half a spread from the truth, and so may the fit of such middles
    noise = np.sqrt(np.mean((part["ask_volatility"] - part["bid_volatility"]) ** 2))
    assert errors[TRUE] < noise
    assert errors[FLAT] > 10 * errors[TRUE]


def test_around_the_true_law_no_radius_is_needed(table):
    rows, _ = table
    part = rows.loc[(rows["half_width"] == HELD_OUT_BEYOND) & (rows["model"] == TRUE)]
    for _, quotes in part.groupby("expiry"):
        inside = quotes.loc[quotes["wing"] == predictions.INSIDE]
        far = quotes.loc[quotes["wing"] != predictions.INSIDE]
        maturity = inside["maturity"].iloc[0]
        ball = Ball.around(law(HESTON, maturity, quotes["log_moneyness"].to_numpy()), inside)
        # the law itself meets all quotes; the solver stops at gaps of 1e-9
        assert ball.least < 1e-8
        sides = far[["log_moneyness", "bid_volatility", "ask_volatility"]].to_numpy()
        assert max(ball.needed_excess(*side) for side in sides) < 1e-8


def test_a_quote_is_met_from_the_radius_it_asks_for_and_not_below(table):
    rows, priors = table
    checked = 0
    part = rows.loc[(rows["half_width"] == HELD_OUT_BEYOND) & (rows["model"] == TRUE)]
    for (expiry, settlement), quotes in part.groupby(["expiry", "settlement"]):
        inside = quotes.loc[quotes["wing"] == predictions.INSIDE]
        ball = Ball.around(priors[TRUE, f"{expiry}_{settlement}"], inside)
        k = float(quotes["log_moneyness"].iloc[0])
        volatility = float(quotes["quoted_volatility"].iloc[0])
        # a quote above the truth, and far from it
        bid, ask = 1.05 * volatility, 1.06 * volatility
        asked = ball.needed_excess(k, bid, ask)
        assert asked > 1e-6
        below, above = (ball.interval(k, share * asked) for share in (0.97, 1.03))
        assert below.upper < bid < above.upper
        widest = classical_interval(inside, k)
        assert widest.lower <= above.lower + 1e-9
        assert above.upper <= widest.upper + 1e-9
        checked += 1
    assert checked


def test_what_is_chosen_never_depends_on_the_quotes_it_is_judged_on(two_chains):
    def judged():
        found = intervals.run(two_chains)
        return found.loc[found["chain"] == "SPX"].reset_index(drop=True)

    before = judged()
    path = two_chains.inputs["SPX"]
    rows = pd.read_csv(path)
    far = rows["wing"] != predictions.INSIDE
    for column in ("bid_volatility", "quoted_volatility", "ask_volatility", "needed_excess"):
        rows.loc[far, column] *= 1.7
    write_csv(path, rows)
    after = judged()
    columns = ["kind", "about", "level", "chosen", "lower", "upper"]
    pd.testing.assert_frame_equal(before[columns], after[columns])
    assert not before["meets"].equals(after["meets"])


def test_the_share_is_met_where_the_number_is_chosen(two_chains, monkeypatch):
    # judged on itself, a number meets what it was chosen to meet
    monkeypatch.setattr(intervals, "CHOSEN_ON", {"SPX": "SPX"})
    found = intervals.run(two_chains)
    assert set(found["chosen_on"]) == {"SPX"}
    chosen = found.loc[found["kind"] != intervals.CLASSICAL]
    for _, part in chosen.groupby(["kind", "about", "level"]):
        size, level = len(part), part["level"].iloc[0]
        # the quote that decides lies at the very end of its interval, up to rounding
        assert part["meets"].sum() >= np.ceil(level * size) - 1


def test_no_chain_chooses_for_itself():
    assert all(chain != chooser for chain, chooser in CHOSEN_ON.items())


def test_coverage_counts_by_hand(tmp_path):
    rows = pd.DataFrame(
        {
            "chain": "SPX",
            "chosen_on": "SPX23",
            "kind": "band",
            "about": LAST_QUOTE,
            "level": 0.9,
            "chosen": 0.01,
            "attained": True,
            "wing": ["put", "put", "call", "call"],
            "log_moneyness": [-0.2, -0.3, 0.2, 0.3],
            "maturity": 0.25,
            "bid_volatility": [0.20, 0.30, 0.15, 0.15],
            "quoted_volatility": [0.21, 0.31, 0.16, 0.16],
            "ask_volatility": [0.22, 0.32, 0.17, 0.17],
            # holds the middle; touches the bid alone; misses by 2 points; no answer
            "lower": [0.19, 0.28, 0.18, np.nan],
            "upper": [0.22, 0.30, 0.20, np.nan],
            "answered": [True, True, True, False],
            "meets": [True, True, False, False],
            "holds_mid": [True, False, False, False],
            "width": [0.03, 0.02, 0.02, np.nan],
            "failure": ["", "", "", "AccuracyError"],
            "data": "synthetic",
            "data_sha256": "ab",
        }
    )
    path = tmp_path / "intervals.csv"
    write_csv(path, rows)
    found = coverage.run(Config("quick", {point_errors.INTERVALS: path}))
    assert list(found["chain"]) == ["SPX", point_errors.ALL_CHAINS]
    row = found.iloc[0]
    assert (row["quotes"], row["answered"], row["inaccurate"]) == (4, 3, 1)
    assert (row["meets"], row["meets_puts"], row["meets_calls"]) == (0.5, 1.0, 0.0)
    assert row["holds_mid"] == 0.25
    assert row["median_width"] == pytest.approx(0.02, rel=1e-12)
    assert row["median_spreads"] == pytest.approx(1.0, rel=1e-9)
    # widths 3, 2, 2 points; middles missed by 0, 1, 2, at twenty for one
    assert row["score"] == pytest.approx((0.03 + 0.02 + 0.02 + 20 * 0.03) / 3, rel=1e-9)


def test_distances_are_zero_within_bid_and_ask():
    rows = pd.DataFrame(
        {
            "predicted_volatility": [0.2, 0.1, 0.3, np.nan],
            "bid_volatility": 0.15,
            "ask_volatility": 0.25,
        }
    )
    found = distance_to_interval(rows)
    assert found[:3] == pytest.approx([0.0, 0.05, 0.05], abs=1e-15)
    assert np.isnan(found[3])


def test_errors_and_horizons_by_brute_force(two_chains, tmp_path, monkeypatch):
    monkeypatch.setattr(point_errors, "PRIORS", (TRUE,))
    made = tmp_path / "intervals.csv"
    write_csv(made, intervals.run(two_chains))
    inputs = {**two_chains.inputs, point_errors.INTERVALS: made}
    errors = point_errors.run(Config("quick", inputs))
    rows = held_out(pd.read_csv(two_chains.inputs["SPX"]), FLAT)
    wanted = rows.loc[(rows["wing"] == "put") & (rows["log_moneyness"].abs() > 0.4)]
    squares = [
        (row["predicted_volatility"] - row["quoted_volatility"]) ** 2
        for _, row in wanted.iterrows()
    ]
    (row,) = errors.query(
        "chain == 'SPX' and model == @FLAT and wing == 'put' and reach == 'far'"
        " and half_width == @HELD_OUT_BEYOND"
    ).to_dict("records")
    assert row["quotes"] == len(squares)
    assert row["root_mean_square_error"] == pytest.approx(np.sqrt(np.mean(squares)), rel=1e-12)
    assert NEAREST + TRUE in set(errors["model"])

    monkeypatch.setattr(horizons, "COMPARED", (FLAT, TRUE, NEAREST + TRUE))
    monkeypatch.setattr(horizons, "ROUGH", TRUE)
    printed = tmp_path / "printed.csv"
    printed.write_text("days,bound,error\n21,0.087,0.062\n126,0.486,0.278\n")
    found = horizons.run(Config("quick", {**inputs, point_errors.PRINTED: printed}))
    month = rows.loc[rows["trading_days"] == 21]
    k, maturity = month["log_moneyness"].to_numpy(), month["maturity"].to_numpy()
    prices = [
        black_otm(k, month[f"{name}_volatility"].to_numpy(), maturity)
        for name in ("predicted", "quoted")
    ]
    assert found.loc[0, f"median_error_{FLAT}"] == pytest.approx(
        np.median(np.abs(prices[0] / prices[1] - 1)), rel=1e-12
    )
    assert found.loc[0, "printed_error"] == 0.062
