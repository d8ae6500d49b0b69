"""Tables and figures of 002, the unified paper, line by line beside ours."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from rmot.studies.sources.lines import (
    Line,
    Tables,
    Told,
    half,
    kind,
    main,
    matching,
    only,
    table_of,
)
from rmot.studies.sources.unified_charges import charges, moved_charges
from rmot.studies.sources.unified_figures import figures
from rmot.studies.sources.unified_status import statuses
from rmot.studies.sources.unified_trials import later_figures

SOURCE = "002"
NO_QUOTES = "no quotes of this name in this build"
NAN = float("nan")

# The funds of Table 1 and the indices whose realised variances are at hand.
INDEX_OF = {"SPY": "S&P 500", "QQQ": "Nasdaq", "IWM": "Russell 2000"}
DESIGN = {"point": "index", "noise": "0.2% in volatility", "maturities": 3, "free": 4}
"""Of the bound beside Table 5: 50 strikes a maturity, four parameters free."""


def run(tables: Tables) -> pd.DataFrame:
    """Return the lines of all tables and figures but Table 4, which is of seconds.

    Parameters
    ----------
    tables : dict of str to DataFrame
        What is printed, by ``"002_table_1"`` and the like, and ours by the names of its files.
    """
    return table_of(
        SOURCE,
        [
            *_hurst(tables["002_table_1"], tables["portfolio"], tables["hurst_comparison"]),
            *_pairs(tables["002_table_2"], tables["equal_weight_matrices"]),
            *_horizons(tables["002_table_3"], tables["extrapolation_horizons"]),
            *_parameters(tables["002_table_5"], tables["portfolio"], tables["printed_errors"]),
            *statuses(tables),
            *charges(tables["002_table_7"], tables["capital_charges"]),
            *moved_charges(
                tables["002_table_8"],
                tables["002_table_8_portfolio"],
                tables["capital_sensitivity"],
            ),
            *figures(tables),
            *later_figures(tables),
        ],
    )


def _hurst(
    printed: pd.DataFrame, portfolio: pd.DataFrame, comparison: pd.DataFrame
) -> Iterator[Line]:
    """Set Table 1 beside fits to surfaces, and variograms of realised variance."""
    for row in printed.to_dict("records"):
        asset = row["asset"]
        item = ("Table 1", asset)
        for own in matching(portfolio, name=asset):
            error = float(own["hurst_misfit_standard_error"])
            told = Told(
                data=str(own["data"]),
                remark="surface at one close; errors allow for misfit",
            )
            yield Line(*item, "H", row["hurst"], float(own["hurst"]), error, **told)
            yield Line(*item, "deviation of H", row["deviation"], error, **told)
        if not matching(portfolio, name=asset):
            yield Line(*item, "H", row["hurst"], NAN, remark=NO_QUOTES)
            yield Line(*item, "deviation of H", row["deviation"], NAN, remark=NO_QUOTES)
        for own in matching(comparison, index=INDEX_OF.get(asset), estimate="variogram"):
            yield Line(
                *item,
                "H of realised variance",
                "",
                float(own["hurst"]),
                half(own["low"], own["high"]),
                data=str(own["data"]),
                remark="variogram of the index's daily variances; half of a 95% interval",
            )


def _pairs(printed: pd.DataFrame, matrices: pd.DataFrame) -> Iterator[Line]:
    """Set Table 2 beside history, a model of shared factors, and all that marginals allow."""
    for row in printed.to_dict("records"):
        first, second = row["pair"].split("-")
        found = {
            own["source"]: own
            for ends in ((first, second), (second, first))
            for own in matching(matrices, first=ends[0], second=ends[1])
            if pd.notna(own["correlation"])
        }
        item = ("Table 2", row["pair"])
        if "shared factors" not in found:
            for column, name in (("historical", "historical"), ("estimate", "from options")):
                yield Line(*item, name, row[column], NAN, remark=NO_QUOTES)
            continue
        factors = found["shared factors"]
        value, data = float(factors["correlation"]), str(factors["data"])
        least, most = (
            float(found[f"marginals, {end}"]["correlation"]) for end in ("least", "most")
        )
        past = found.get("history")
        yield Line(
            *item,
            "historical",
            row["historical"],
            NAN if past is None else float(past["correlation"]),
            NAN if past is None else float(past["error"]),
            data=data,
            remark="no history of both names" if past is None else "daily returns of a year",
        )
        yield Line(
            *item,
            "from options",
            row["estimate"],
            value,
            float(factors["error"]),
            data=data,
            remark="two shared factors assumed; an error above one says that it is open",
        )
        told = "half of all that the marginals allow"
        yield Line(
            *item,
            "half width of 95% interval",
            row["half_width"],
            half(least, most),
            data=data,
            remark=told,
        )
        if past is not None:
            apart = abs(value - float(past["correlation"]))
            error = float((factors["error"] ** 2 + past["error"] ** 2) ** 0.5)
            told = "shared factors from history"
            yield Line(*item, "absolute error", row["error"], apart, error, data=data, remark=told)


def _horizons(printed: pd.DataFrame, horizons: pd.DataFrame) -> Iterator[Line]:
    """Set Table 3 beside errors and half widths of far quotes at the expiries nearest to it."""
    for row in printed.to_dict("records"):
        own = only(horizons, horizon=row["days"])
        told = Told(unit="of the price", data=str(own["data"]))
        for name, column, of, remark in (
            (
                "bound",
                "bound",
                "half_width",
                "half of the interval that is right nine times in ten",
            ),
            ("error", "error", "median_error_rough_heston_each", "median over far quotes"),
        ):
            value = float(own[of])
            told["remark"] = "no expiry near this horizon" if pd.isna(value) else remark
            yield Line("Table 3", f"{row['days']} days", name, row[column], value, **told)


def _parameters(
    printed: pd.DataFrame, portfolio: pd.DataFrame, errors: pd.DataFrame
) -> Iterator[Line]:
    """Set Table 5 beside the fit to SPY, and Cramer and Rao's bound at the printed parameters."""
    for row in printed.to_dict("records"):
        name = row["parameter"]
        item = ("Table 5", name.replace("_", " "))
        spy = matching(portfolio, name="SPY")
        for own in spy:
            error = float(own[f"{name}_misfit_standard_error"])
            told = Told(
                data=str(own["data"]),
                remark="SPY at one close; errors allow for misfit",
            )
            yield Line(*item, "estimate", row["estimate"], float(own[name]), error, **told)
            yield Line(*item, "standard error", row["standard_error"], error, **told)
        if not spy:
            yield Line(*item, "estimate", row["estimate"], NAN, remark=NO_QUOTES)
            yield Line(*item, "standard error", row["standard_error"], NAN, remark=NO_QUOTES)
        bound = only(errors, parameter=name, **DESIGN)
        yield Line(
            *item,
            "Cramer-Rao bound",
            row["bound"],
            float(bound["cramer_rao"]),
            data=kind(errors),
            remark="at the printed parameters, 50 strikes at each of 3 maturities, noise 0.2%",
        )


if __name__ == "__main__":
    main(run)
