"""Upper bounds of far calls in relative-entropy and chi-squared balls, beside Theorems A and B.

No price is the last here: laws have their tails, and forward may escape to infinity.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from rmot.artifact.formats import Column, latex_table, significant
from rmot.numerics.escaping_forward import escaping_forward
from rmot.payoffs import call
from rmot.studies.escaping_mass import exponential_law
from rmot.studies.escaping_mass.laws import (
    EXPONENTIAL,
    GIVEN,
    POWER,
    QUOTED,
    RADIUS,
    Law,
    by_moments,
    laws,
    quotes_around,
    source,
)
from rmot.studies.study import Config, main
from rmot.transport import ChiSquared, KullbackLeibler, Prior, Quotes, price_bounds

_NEAR = (1.2, 1.5, 2.0, 3.0, 5.0)
STRIKES = {
    "quick": {POWER: (1.2, 2.0, 10.0, 1e3), EXPONENTIAL: (2.0, 10.0, 100.0), "": (1.5, 5.0)},
    "full": {
        POWER: (*_NEAR, 10.0, 30.0, 100.0, 1e3),
        EXPONENTIAL: (*_NEAR, 10.0, 20.0, 50.0, 100.0),
        "": _NEAR,
    },
}
STRIKES["deep"] = STRIKES["full"]


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row a law, set of quotes and strike; prices in units of the forward."""
    strikes = STRIKES[config.profile]
    rows = []
    for law in laws(config.profile):
        for strike in strikes.get(law.name, strikes[""]):
            prior = law.up_to(strike)
            for given in GIVEN:
                quotes = quotes_around(prior) if given == "quotes" else None
                about = {"law": law.name, "given": given, "strike": strike}
                rows.append({**about, **_bounds(law, prior, quotes, strike)})
    for strike in strikes[EXPONENTIAL]:
        rows.append(
            {
                "law": EXPONENTIAL,
                "given": GIVEN[0],
                "strike": strike,
                "relative_entropy": exponential_law.upper_bound(strike, RADIUS),
                "limit": exponential_law.limit(RADIUS),
            }
        )
    return pd.DataFrame(rows).assign(radius=RADIUS, **source())


def _bounds(law: Law, prior: Prior, quotes: Quotes | None, strike: float) -> dict[str, float]:
    assert prior.tail is not None
    # The tail starts at the strike up to rounding, and calls must not bend on it.
    payoff = call(min(strike, prior.tail.start))
    found = [
        price_bounds(payoff, prior, quotes=quotes, divergence=ball, radius=RADIUS)
        for ball in (KullbackLeibler(), ChiSquared())
    ]
    return {
        "relative_entropy": found[0].upper,
        "chi_squared": found[1].upper,
        "gap": max(one.gap for one in found),
        "limit": limit(prior, quotes),
        "by_moments": by_moments(law, strike),
    }


def limit(prior: Prior, quotes: Quotes | None) -> float:
    """Return Theorem A's limit around a law whose exponential moments are infinite."""
    assert prior.tail is not None
    points = np.append(prior.points, prior.tail.first_moment / prior.tail.mass)
    weights = np.append(prior.weights, prior.tail.mass)
    if quotes is None:
        return escaping_forward(points, weights, RADIUS).escaped
    # (S - K)^+ = S - min(S, K), and the mean that the quotes were made with is one.
    return escaping_forward(
        points,
        weights,
        RADIUS,
        bounded=np.minimum.outer(QUOTED, points),
        lower=1.0 - quotes.ask,
        upper=1.0 - quotes.bid,
    ).escaped


def printed(table: pd.DataFrame) -> str:
    """Set the farthest strike of each law, with quotes and without, in basis points."""
    farthest = table.groupby(["law", "given"], sort=False)["strike"].idxmax()

    def basis_points(value: float) -> str:
        return r"\text{--}" if pd.isna(value) else significant(1e4 * value, 4)

    return latex_table(
        table.loc[farthest],
        (
            Column("law", "Law", align="l"),
            Column("given", "", align="l"),
            Column("strike", "$K/F$", lambda value: f"{value:g}", align="r"),
            Column("relative_entropy", "KL", basis_points),
            Column("limit", "Theorem A", basis_points),
            Column("chi_squared", r"$\chi^2$", basis_points),
            Column("by_moments", "Theorem B", basis_points),
        ),
    )


if __name__ == "__main__":
    main(run, printed)
