"""Bounds on SPX options of 4 March 2022 that are not quoted, around the fitted rough Heston law.

A call struck beyond the last quote and a digital at the money, with all quotes of the expiry as
constraints: chi-squared balls of growing radius, and the classical bound that no ball improves.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from rmot.artifact.formats import Column, latex_table, significant
from rmot.calibration import Fit
from rmot.market import Smile
from rmot.payoffs import Payoff, call, digital
from rmot.studies.index_quotes import quoted_surface
from rmot.studies.study import Config, main
from rmot.transport import (
    Bounds,
    ChiSquared,
    MultipleOfLeast,
    Prior,
    Quotes,
    Unrestricted,
    price_bounds,
)

EXPIRY = date(2022, 3, 4)
STRIKES = {"call": 1.2, "digital": 1.0}
N_POINTS = {"quick": 500, "full": 2000, "deep": 2000}
# A bound this small is zero up to the solver's rounding.
_ROUNDING = 1e-12
# Radii in units of the least one at which the quotes can be met.
MULTIPLES = (1.01, 1.1, 1.5, 2.0, 5.0, 10.0, 100.0)


def run(config: Config) -> pd.DataFrame:
    """Tabulate bounds in basis points of the forward; inputs are the chain SPX and SPX_fit."""
    fit, smile, prior, quotes = problem(config)
    payoffs = unquoted()
    rows, calibrated = [], None
    for name, payoff in payoffs.items():
        classical = price_bounds(payoff, prior, quotes=quotes, divergence=Unrestricted())
        for multiple in MULTIPLES:
            found = price_bounds(
                payoff,
                prior,
                quotes=quotes,
                divergence=ChiSquared(),
                radius=MultipleOfLeast(multiple),
                calibrated=calibrated,
            )
            calibrated = found.calibrated
            rows.append(_row(name, smile, "chi-squared", found, multiple))
        rows.append(_row(name, smile, "classical", classical, float("nan")))
    return pd.DataFrame(rows).assign(
        prior_price=[prior.expectation(payoffs[row["payoff"]]) for row in rows],
        quotes=len(quotes),
        data=fit.source["kind"],
        data_sha256=fit.source["sha256"],
    )


def problem(config: Config) -> tuple[Fit, Smile, Prior, Quotes]:
    """Return the fit, the smile, and the prior and quotes made of them."""
    fit = Fit.load(config.inputs["SPX_fit"])
    (smile,) = quoted_surface(config, "SPX").select(maturities=[EXPIRY]).slices
    points = N_POINTS[config.profile]
    prior = fit.model.prior(smile.maturity, n_points=points, kinks=sorted(STRIKES.values()))
    return fit, smile, prior, Quotes.from_smile(smile)


def unquoted() -> dict[str, Payoff]:
    """Return the payoffs by name."""
    return {"call": call(STRIKES["call"]), "digital": digital(STRIKES["digital"])}


def _row(name: str, smile: Smile, kind: str, found: Bounds, multiple: float) -> dict[str, object]:
    return {
        "payoff": name,
        "strike": STRIKES[name],
        "expiry": smile.expiry.isoformat(),
        "divergence": kind,
        "multiple": multiple,
        "radius": found.radius.value if found.radius else float("nan"),
        "minimum_radius": found.minimum_radius,
        "lower": found.lower,
        "price": found.price,
        "upper": found.upper,
        "gap": found.gap,
    }


def printed(table: pd.DataFrame) -> str:
    """Set one row a radius for each payoff, prices in basis points of the forward."""
    rows = table.to_dict("records")
    shown = table.assign(
        name=[f"{row['payoff']} at {row['strike']:g}" for row in rows],
        ball=[
            "classical" if row["divergence"] == "classical" else f"{row['multiple']:g}"
            for row in rows
        ],
    )

    def basis_points(value: float) -> str:
        return significant(1e4 * value, 4) if abs(value) > _ROUNDING else "0"

    return latex_table(
        shown,
        (
            Column("name", "Payoff", align="l"),
            Column("ball", "Radius / least", align="r"),
            Column("lower", "Lower", basis_points),
            Column("upper", "Upper", basis_points),
            Column("prior_price", "Prior", basis_points),
        ),
    )


if __name__ == "__main__":
    main(run, printed)
