"""Numbers stay finite and in place when a profile or synthetic data leaves rows out."""

import numpy as np
import pandas as pd
import pytest

from paper.quantities import extrapolation, information, roughness, surfaces
from paper.quantities.number import Source

SOURCE = {"data": "real", "data_sha256": "ab" * 32}


def by_macro(made):
    return {number.macro: number for number in made}


@pytest.mark.parametrize(
    ("kinds", "kind"),
    [(["real"], "real"), (["drawn", "real"], "real"), (["real", "synthetic"], "synthetic")],
)
def test_numbers_of_several_files_say_so_and_are_synthetic_if_any_is(kinds, kind):
    hashes = [str(number) * 64 for number in range(len(kinds))]
    source = Source.of_table("A", pd.DataFrame({"data": kinds, "data_sha256": hashes}))
    assert source.kind == kind
    assert (source.data == hashes[0]) == (len(hashes) == 1)
    turned = pd.DataFrame({"data": kinds[::-1], "data_sha256": hashes[::-1]})
    assert Source.of_table("A", turned) == source


def test_a_tolerance_below_zero_is_refused():
    with pytest.raises(ValueError, match="AB: expected a tolerance >= 0"):
        Source("A", "ab" * 32, "real").number("B", -1.0, "-1", -0.1)


def portfolio(hurst, at_bound, q, p, compared, apart):
    return pd.DataFrame(
        {
            "hurst": hurst,
            "at_bound": at_bound,
            "root_mean_square_error": 0.01,
            "cochran_q": q,
            "p_value": p,
            "names_compared": compared,
            "pairs_apart": apart,
            **SOURCE,
        }
    )


def test_portfolio_counts_names_at_the_lower_end_alone():
    hurst = [0.01, 0.5, 0.2, np.nan]
    ends = ["hurst", "hurst correlation", np.nan, np.nan]
    made = by_macro(surfaces.portfolio(portfolio(hurst, ends, 0.0, 1.0, 1, np.nan)))
    assert made["PortfolioAtLowerEnd"].value == 1
    assert made["PortfolioUnfitted"].value == 1
    assert made["PortfolioNames"].value == 4
    assert all(np.isfinite([number.value, number.tolerance]).all() for number in made.values())


def test_tolerance_of_p_follows_from_that_of_q():
    table = portfolio([0.1, 0.2, 0.4], "", 9.0, float(np.exp(-4.5)), 3, 2 / 3)
    made = by_macro(surfaces.portfolio(table))
    q, p = made["PortfolioHeterogeneityQ"], made["PortfolioHeterogeneityP"]
    # of two degrees of freedom the tail is exp(-q/2)
    assert p.tolerance == pytest.approx(np.exp(-(q.value - q.tolerance) / 2) - p.value)


def test_strikes_beyond_the_search_read_as_more_than_its_end():
    table = pd.DataFrame(
        {
            "point": "index",
            "range": "fixed",
            "noise": "0.2% in volatility",
            "maturities": [1, 3],
            "free": [4, 6],
            "half_width_95": [0.1, 0.2],
            "required_strikes": [np.nan, 127.0],
            "most_tried": 1000,
            **SOURCE,
        }
    )
    made = by_macro(information.strikes(table))
    assert made["StrikesNeededFourOne"].text == ">1000"
    assert made["StrikesNeededSixThree"].text == "127"


def test_estimates_without_an_interval_are_not_compared():
    single = pd.DataFrame(
        {
            "index": ["A", "A", "A", "B"],
            "estimate": ["surface", "skew", "variogram", "surface"],
            "hurst": [0.1, 0.3, 0.11, 0.2],
            "low": [0.08, 0.28, 0.09, -np.inf],
            "high": [0.12, 0.32, 0.13, 0.3],
        }
    )
    pairs = pd.DataFrame({"index": ["A less B"], "estimate": ["surface"], "hurst": [-0.1]})
    table = pd.concat([single, pairs.assign(low=-np.inf, high=np.inf)], ignore_index=True)
    made = by_macro(roughness.comparison(table.assign(z=np.nan, **SOURCE)))
    assert {name: number.value for name, number in made.items()} == {
        "HurstDifferences": 0,
        "HurstDifferencesApart": 0,
        "HurstComparisons": 3,
        "HurstDisagreements": 2,
    }


def comparison(error_of):
    rows = [
        {
            "chain": chain,
            "model": model,
            "root_mean_square_error": error_of[model],
            "foretold_root_mean_square_error": 2 * error_of[model],
            "hurst": 0.3 if model == "rough_heston_5" else np.nan,
            "hurst_misfit_standard_error": 0.02,
            "distance_to_optimum": np.inf if model == "ssvi" else 0.0,
            **SOURCE,
        }
        for chain in ("SPX", "NDX", "SPX23")
        for model in error_of
    ]
    return pd.DataFrame(rows)


def test_best_model_is_named_and_another_is_a_change():
    errors = {"heston": 0.010, "rough_heston_5": 0.009, "ssvi": 0.006}
    made = by_macro(surfaces.comparison(comparison(errors)))
    best = made["SpxBestModel"]
    assert best.text == r"\text{SSVI}"
    assert made["SurfaceBeatsHeston"].value == 3
    assert made["SurfaceUnfinished"].value == 3
    assert made["SurfaceExcess"].value == pytest.approx(1.5)
    other = by_macro(surfaces.comparison(comparison({**errors, "heston": 0.001})))
    assert abs(other["SpxBestModel"].value - best.value) > best.tolerance


def test_without_far_calls_their_error_is_a_dash_and_finite():
    columns = [
        f"{kind}_error_{model}"
        for kind in ("median", "largest")
        for model in extrapolation.COMPARED
    ]
    table = pd.DataFrame(
        {
            "horizon": ["21", extrapolation.ALL, extrapolation.FAR_CALLS],
            "quotes": [5, 5, 0],
            **{column: [0.5, 0.5, np.nan] for column in columns},
            "claimed_largest_error": 0.057,
            "claimed_flat_error": 0.5,
            **SOURCE,
        }
    )
    made = by_macro(extrapolation.horizons(table))
    assert made["ExtrapolationFarCalls"].value == 0
    assert made["ExtrapolationFarCallsLargestError"].text == r"\text{--}"
    assert made["ExtrapolationRoughMedianPriceError"].text == "50"
    assert all(np.isfinite([number.value, number.tolerance]).all() for number in made.values())
