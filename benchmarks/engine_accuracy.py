"""Errors in implied volatility of the engine and of QuantLib's engines against the reference.

One row a smile and method. The largest error is over quotes whose out-of-the-money price exceeds
2e-8; a price that has no volatility counts as unanswered, a smile that raises as raised. For the
engine also the largest ratio of true to self-estimated price error.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict
from functools import partial
from unittest.mock import patch

import numpy as np
import pandas as pd

from benchmarks.black import otm_volatility
from benchmarks.methods import CLASSICAL_PEERS, PEERS, Method
from benchmarks.reference_smiles import ReferenceSmile, cases, read
from benchmarks.volterra_elements import Real
from rmot.artifact.formats import Column, latex_table, significant
from rmot.errors import RmotError
from rmot.models import RoughHeston, rough_heston
from rmot.numerics.fractional_riccati import WORK, riccati_means
from rmot.studies.study import Config, main

REACH = 1e-6
"""Largest admissible error in implied volatility."""


def run(config: Config) -> pd.DataFrame:
    """Measure on the cases of a profile; the input is `reference`."""
    smiles = read(cases(config.profile), config.inputs["reference"])
    names = sorted(f"{smile.family} {smile.case}" for smile in smiles)
    digest = hashlib.sha256("\n".join(names).encode()).hexdigest()
    return measure(smiles).assign(data_sha256=digest)


def measure(smiles: Iterable[ReferenceSmile]) -> pd.DataFrame:
    """Tabulate the errors of every method that applies to each smile."""
    rows = []
    for smile in smiles:
        peers = CLASSICAL_PEERS if smile.family == "classical" else PEERS
        about = {
            "family": smile.family,
            "name": smile.case.name,
            **asdict(smile.case.parameters),
            "days": smile.case.days,
            "easy": smile.case.easy,
            "quotes": len(smile.smile.price),
            "reference_error": float(np.max(smile.smile.volatility_error)),
        }
        rows.append({**about, "method": "rmot", **_engine(smile)})
        rows += [{**about, "method": peer.name, **peer_errors(smile, peer)} for peer in peers]
    return pd.DataFrame(rows)


def _engine(reference: ReferenceSmile) -> dict[str, object]:
    smile, maturity = reference.smile, reference.case.maturity
    model = RoughHeston(**asdict(reference.case.parameters))
    try:
        price, estimated = model.call_price(smile.log_moneyness, maturity, True)
        volatility = model.implied_volatility(smile.log_moneyness, maturity)
    except RmotError:
        return {"raised": True}
    # neither the reference's error nor the rounding of a call is held against the estimate
    uncertain = smile.price_error + 2.0 * np.spacing(price)
    price = price + np.expm1(np.minimum(smile.log_moneyness, 0.0))
    certain = np.maximum(np.abs(price - smile.price) - uncertain, 0.0)
    return {
        **_errors(volatility, smile.volatility),
        "true_to_estimated": np.max(certain / estimated),
        "operations": operations(reference),
    }


def operations(reference: ReferenceSmile) -> float:
    """Return the floating-point operations of the Riccati solutions behind the engine's smile."""
    work = np.zeros(len(WORK))
    model = RoughHeston(**asdict(reference.case.parameters))
    with patch.object(rough_heston, "riccati_means", partial(riccati_means, work=work)):
        model.call_price(reference.smile.log_moneyness, reference.case.maturity)
    return float(work[0])


def peer_errors(reference: ReferenceSmile, peer: Method) -> dict[str, object]:
    """Return columns `largest_error`, `unanswered` and `raised` of a method on a smile."""
    smile, case = reference.smile, reference.case
    try:
        price = peer.prepare(case, smile.log_moneyness)(case.parameters)
    except (RuntimeError, RmotError):  # what QuantLib raises has no class of its own
        return {"raised": True}
    return _errors(otm_volatility(price, smile.log_moneyness, case.maturity), smile.volatility)


def _errors(volatility: Real, reference: Real) -> dict[str, object]:
    answered = np.isfinite(volatility) & (volatility > 0.0)
    error = np.abs(volatility - reference)[answered]
    return {
        "largest_error": np.max(error, initial=0.0) if error.size else np.nan,
        "unanswered": int(np.count_nonzero(~answered)),
        "raised": False,
    }


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Summarise by domain and method: quantiles of the largest error, what was not answered."""
    drawn = table.query("family == 'drawn'")
    domains = {
        "easy": drawn[drawn["easy"]],
        "whole": drawn,
        "textbook": table.query("family == 'textbook'"),
        "H = 1/2": table.query("family == 'classical'"),
    }
    rows = []
    for domain, part in domains.items():
        for method, group in part.groupby("method", sort=False):
            error = group["largest_error"]
            rows.append(
                {
                    "domain": domain,
                    "method": method,
                    "smiles": len(group),
                    "median_error": error.median(),
                    "late_error": error.quantile(0.95),
                    "worst_error": error.max(),
                    "within_reach": (error <= REACH).sum(),
                    "unanswered_quotes": int(group["unanswered"].sum()),
                    "quotes": int(group["quotes"].sum()),
                    "raised": int(group["raised"].sum()),
                    "true_to_estimated": group["true_to_estimated"].max(),
                    "median_operations": group["operations"].median(),
                }
            )
    return pd.DataFrame(rows)


def printed(table: pd.DataFrame) -> str:
    """Set the summary, one row a domain and method."""

    def error(value: float) -> str:
        return significant(value, 2)

    def count(value: float) -> str:
        return str(int(value))

    shown = summary(table)
    again = shown["domain"].duplicated()
    return latex_table(
        shown.assign(
            domain=shown["domain"].replace({"H = 1/2": "Heston"}).where(~again, ""),
            method=shown["method"].str.replace("Pade", "Padé"),
        ),
        (
            Column("domain", "Domain", align="l"),
            Column("method", "Engine", align="l"),
            Column("smiles", "Smiles", count),
            Column("median_error", "Median", error),
            Column("late_error", r"95\,\%", error),
            Column("worst_error", "Worst", error),
            Column("unanswered_quotes", "No volatility", count),
            Column("raised", "Raised", count),
        ),
    )


if __name__ == "__main__":
    main(run, printed)
