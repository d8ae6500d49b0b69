"""What the sources' own formulas give on the quotes of 2022-02-04, beside bounds that hold.

One case each: ``far_strikes`` (upper bounds of calls beyond the quotes over Wasserstein and
chi-squared balls, and without a prior), ``tilting`` (002's Definition 2.3), ``extrapolation``
(002's (7) against a law whose distance is known) and ``algorithm`` (001's Algorithm 1 on a basket).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from rmot.artifact.formats import Column, fixed, latex_table, significant
from rmot.calibration import Fit
from rmot.errors import AccuracyError, InfeasibleQuotes
from rmot.market import Smile
from rmot.models import RoughHeston, SmallTimeRate
from rmot.payoffs import basket_call, call
from rmot.studies.index_quotes import quoted_surface
from rmot.studies.study import Config, main
from rmot.transport import (
    ChiSquared,
    MultipleOfLeast,
    Prior,
    Quotes,
    Radius,
    Unrestricted,
    basket_bounds,
    price_bounds,
    wasserstein_bounds,
)
from rmot.transport.published.algorithm_one import algorithm_one
from rmot.transport.published.extrapolation import (
    chi_squared_bound,
    printed_error_bound,
    relative_entropy_bound,
)
from rmot.transport.published.regularised_problem import nodes_of, regularised_law

NEAR, BASKET = date(2022, 3, 4), date(2022, 3, 18)
MULTIPLE = 2.0
FAR_STRIKES = (1.2, 1.5, 2.0, 3.0, 5.0, 10.0)
# Beyond, the fitted law's cells are not resolved, and Theorem B stands in for the program.
FARTHEST_CELL = 2.0
N_POINTS = {"quick": 150, "full": 500, "deep": 500}
N_QUOTES = {"quick": 20, "full": 40, "deep": 40}
# Of each marginal; the joint prior has the product of them.
N_JOINT = {"quick": 80, "full": 200, "deep": 300}
# The literal reading leaves so little room above the forward that cells have to be narrow there.
FINER = {"quick": 40, "full": 12, "deep": 12}
# Algorithm 1 asks for quotes in [0.8, 1.2] of the spot.
ALGORITHM_RANGE = (0.8, 1.2)
ALGORITHM_QUOTES = 8
# Between SPX and NDX: the historical correlation that 001 prints in section 5.2.
CORRELATION = 0.83
BASKET_STRIKES = (0.9, 1.0, 1.1, 1.2)
BASKET_WEIGHTS = (0.5, 0.5)
# The law held against (7): the fitted one mixed with a lognormal one of so many times its spread.
SHARE, WIDENED = 0.05, 3.0
EXTRAPOLATED = (1.05, 1.1, 1.2, 1.4, 1.6)


def far_strikes(config: Config) -> pd.DataFrame:
    """Tabulate upper bounds of far calls, each ball twice as large as its least."""
    fit, smile = _fitted(config)
    quotes = Quotes.from_smile(smile)
    prior = _prior(config, fit, smile, FAR_STRIKES[0])
    first = wasserstein_bounds(
        call(FAR_STRIKES[0]), prior, quotes=quotes, radius=MultipleOfLeast(MULTIPLE)
    )
    assert first.radius is not None
    points, weights = nodes_of(prior)
    # The law with its tail at one node is as far from the prior as the tail's deviation says.
    apart = 0.0
    if prior.tail is not None:
        tail = prior.tail
        apart = np.sqrt(max(tail.second_moment - tail.first_moment**2 / tail.mass, 0.0))
    widened = Radius(first.radius.value + apart, f"{first.radius.rule}, and the tail's deviation")
    rows = []
    for strike in FAR_STRIKES:
        moved = wasserstein_bounds(
            call(strike), Prior(points, weights), quotes=quotes, radius=widened
        )
        divergence, least = _chi_squared_upper(config, fit, smile, quotes, strike)
        classical = price_bounds(call(strike), None, quotes=quotes, divergence=Unrestricted())
        rows.append(
            {
                "strike": strike,
                "wasserstein": moved.upper,
                "wasserstein_gap": moved.gap,
                "wasserstein_least": moved.minimum_radius,
                "chi_squared": divergence,
                "chi_squared_least": least,
                "classical": classical.upper,
                "quotes": len(quotes),
            }
        )
    table = pd.DataFrame(rows)
    table["chi_squared_least"] = table["chi_squared_least"].ffill()
    return table.assign(**_source(fit))


def _chi_squared_upper(
    config: Config, fit: Fit, smile: Smile, quotes: Quotes, strike: float
) -> tuple[float, float]:
    """Return the ball's upper bound and the least radius; nan for that where Theorem B is used."""
    if strike <= FARTHEST_CELL:
        prior = _prior(config, fit, smile, strike)
        found = price_bounds(
            call(strike),
            prior,
            quotes=quotes,
            divergence=ChiSquared(),
            radius=MultipleOfLeast(MULTIPLE),
        )
        return found.upper, found.minimum_radius
    _, radius = _chi_squared_upper(config, fit, smile, quotes, FARTHEST_CELL)
    model: RoughHeston = fit.model
    _, highest = model.critical_moments(smile.maturity)
    orders = np.linspace(2.0, highest, 42)[1:-1]
    bounds = []
    for p in orders:
        moment = model.moment(float(p), smile.maturity)
        mean = (p - 1) ** (p - 1) / p**p * strike ** (1 - p) * moment
        square = (2 / (p - 2)) ** 2 * ((p - 2) / p) ** p * strike ** (2 - p) * moment
        bounds.append(mean + np.sqrt(MULTIPLE * radius * square))
    return float(np.min(bounds)), np.nan


def tilting(config: Config) -> pd.DataFrame:
    """Tabulate what Definition 2.3 does to the quotes that it is given, by where (.)^+ stands."""
    fit, smile = _fitted(config)
    quotes = Quotes.from_smile(smile)
    finer = FINER[config.profile] * N_POINTS[config.profile]
    prior = fit.model.prior(smile.maturity, n_points=finer, upper=1.02 * FAR_STRIKES[0])
    middle, noise = 0.5 * (quotes.bid + quotes.ask), 0.5 * (quotes.ask - quotes.bid)
    # E (S - F)^+ <= E (S - K - C)^+ + (K + C - F)^+, and the first is held below the noise.
    reach = np.maximum(np.exp(smile.log_moneyness) + middle - 1.0, 0.0)
    literal_cap = float(np.min(noise + reach))
    rows = []
    for part in ("inside", "outside"):
        row: dict[str, object] = {
            "positive_part": part,
            "quotes": len(quotes),
            "literal_cap": literal_cap,
            "model_at_forward": prior.expectation(call(1.0)),
        }
        try:
            found = regularised_law(prior, quotes, positive_part=part)
        except (InfeasibleQuotes, AccuracyError) as error:
            row |= {"solved": False, "reason": type(error).__name__}
        else:
            row |= {
                "solved": True,
                "relative_entropy": found.law.relative_entropy,
                "below_bid": int((found.missed < -1 - 1e-6).sum()),
                "above_ask": int((found.missed > 1 + 1e-6).sum()),
                "lowest": float(found.missed.min()),
                "highest": float(found.missed.max()),
                "at_forward": found.price(call(1.0)),
            }
        rows.append(row)
    return pd.DataFrame(rows).assign(**_source(fit))


def extrapolation(config: Config) -> pd.DataFrame:
    """Tabulate (7) with lambda = 1 and what replaces it, for a true law of fatter tail."""
    fit, smile = _fitted(config)
    prior = _prior(config, fit, smile, EXTRAPOLATED[-1], kinks=EXTRAPOLATED)
    points, p = nodes_of(prior)
    q = (1 - SHARE) * p + SHARE * _lognormal_on(points, fit.model, smile.maturity)
    misspecification = float(p @ np.log(p / q))
    model: RoughHeston = fit.model
    rate = SmallTimeRate(
        hurst=model.hurst,
        vol_of_vol=model.vol_of_vol,
        correlation=model.correlation,
        initial_variance=model.expected_variance(0.0).item(),
    )
    k, maturity = np.log(EXTRAPOLATED), smile.maturity
    rows = []
    for strike, moneyness in zip(EXTRAPOLATED, k, strict=True):
        worth = call(strike).value(points)
        scaled = moneyness * maturity ** (model.hurst - 0.5)
        given = (moneyness, maturity, model.hurst, misspecification)
        rows.append(
            {
                "strike": strike,
                "error": abs(float((q - p) @ worth)),
                "printed": printed_error_bound(
                    rate.rate(moneyness), *given, regularisation=1.0
                ).item(),
                "scaled": printed_error_bound(rate.rate(scaled), *given, regularisation=1.0).item(),
                "relative_entropy": relative_entropy_bound(worth, p, q),
                "chi_squared": chi_squared_bound(worth, p, q),
                "misspecification": misspecification,
            }
        )
    return pd.DataFrame(rows).assign(**_source(fit))


def _lognormal_on(points: np.ndarray, model: RoughHeston, maturity: float) -> np.ndarray:
    """Return a lognormal law on the nodes, of mean one and several times the model's spread."""
    volatility = WIDENED * model.implied_volatility(np.zeros(1), maturity).item()
    deviation = volatility * np.sqrt(maturity)
    ends = np.log(0.5 * (points[1:] + points[:-1]))
    below = np.concatenate([[0.0], ndtr(ends / deviation + deviation / 2), [1.0]])
    masses = np.diff(below)

    def tilted(slope: float) -> np.ndarray:
        weights = masses * np.exp(slope * (points - 1))
        return weights / weights.sum()

    slope = brentq(lambda slope: float(tilted(slope) @ points) - 1.0, -20, 20, xtol=1e-14)
    return tilted(float(slope))  # pyright: ignore[reportArgumentType]


def algorithm(config: Config) -> pd.DataFrame:
    """Tabulate Algorithm 1 on half SPX and half NDX, and the sharp bounds from the same quotes."""
    chosen, marginals, sources = [], [], []
    for name in ("SPX", "NDX"):
        surface = quoted_surface(config, name).select(maturities=[BASKET], settlement="AM")
        (smile,) = surface.slices
        quotes = Quotes.from_smile(smile)
        strikes = np.exp(smile.log_moneyness)
        inside = np.flatnonzero((strikes >= ALGORITHM_RANGE[0]) & (strikes <= ALGORITHM_RANGE[1]))
        kept = inside[np.unique(np.linspace(0, inside.size - 1, ALGORITHM_QUOTES).astype(int))]
        chosen.append(
            Quotes([call(float(strikes[j])) for j in kept], quotes.bid[kept], quotes.ask[kept])
        )
        fit = Fit.load(config.inputs[f"{name}_fit"])
        sources.append(fit.source)
        marginals.append(
            nodes_of(fit.model.prior(smile.maturity, n_points=N_JOINT[config.profile]))
        )
    prior = _coupled(marginals)
    rows = []
    for strike in BASKET_STRIKES:
        payoff = basket_call(BASKET_WEIGHTS, strike)
        printed_ = algorithm_one(payoff, prior, chosen)
        matching = algorithm_one(payoff, prior, chosen, matching=True)
        sharp = basket_bounds(payoff, quotes=chosen, forwards=(1.0, 1.0))
        rows.append(
            {
                "strike": strike,
                "printed_lower": printed_.lower,
                "printed_upper": printed_.upper,
                "printed_miss": printed_.largest_miss,
                "matching_lower": matching.lower,
                "matching_upper": matching.upper,
                "matching_miss": matching.largest_miss,
                "sharp_lower": sharp.lower,
                "sharp_upper": sharp.upper,
                "nodes": len(prior.weights),
            }
        )
    return pd.DataFrame(rows).assign(
        data=" and ".join(sorted({source["kind"] for source in sources})),
        data_sha256=" ".join(source["sha256"] for source in sources),
    )


def _coupled(marginals: list[tuple[np.ndarray, np.ndarray]]) -> Prior:
    """Return the marginals on their product, joined by a Gaussian copula."""
    (first, p), (second, q) = marginals
    x, y = (ndtri(np.cumsum(weights) - 0.5 * weights) for weights in (p, q))
    rho = CORRELATION
    exponents = rho * x[:, None] * y - 0.5 * rho**2 * (x[:, None] ** 2 + y**2)
    weights = p[:, None] * q * np.exp(exponents / (1 - rho**2))
    held = weights.ravel() > 0
    points = np.column_stack([np.repeat(first, second.size), np.tile(second, first.size)])
    weights = weights.ravel()[held]
    return Prior(points[held], weights / weights.sum())


CASES: dict[str, Callable[[Config], pd.DataFrame]] = {
    "far_strikes": far_strikes,
    "tilting": tilting,
    "extrapolation": extrapolation,
    "algorithm": algorithm,
}


def run(config: Config) -> pd.DataFrame:
    """Tabulate the configured case; inputs are chains and fits, SPX, SPX_fit, NDX, NDX_fit."""
    return CASES[config.case](config)


def _fitted(config: Config) -> tuple[Fit, Smile]:
    fit = Fit.load(config.inputs["SPX_fit"])
    surface = quoted_surface(config, "SPX").select(maturities=[NEAR])
    (smile,) = surface.thin(N_QUOTES[config.profile]).slices
    return fit, smile


def _prior(
    config: Config, fit: Fit, smile: Smile, end: float, kinks: tuple[float, ...] = ()
) -> Prior:
    """Return the fitted law with cells up to just beyond `end`."""
    return fit.model.prior(
        smile.maturity,
        n_points=N_POINTS[config.profile],
        upper=1.02 * end,
        kinks=kinks or (end,),
    )


def _source(fit: Fit) -> dict[str, str]:
    return {"data": fit.source["kind"], "data_sha256": fit.source["sha256"]}


def printed(table: pd.DataFrame) -> str:
    """Set the case's table; prices in units of the forward."""

    def number(value: float) -> str:
        return r"\text{--}" if pd.isna(value) else significant(value, 3)

    def four(value: float) -> str:
        return fixed(value, 4)

    strike = Column("strike", "$K/F$", lambda value: f"{value:g}")
    if "wasserstein" in table:
        shown = ("wasserstein", "$W_2$"), ("chi_squared", r"$\chi^2$"), ("classical", "classical")
        return latex_table(table, (strike, *(Column(a, b, number) for a, b in shown)))
    if "misspecification" in table:
        shown = (
            ("error", "error"),
            ("printed", "(7)"),
            ("scaled", r"(7), $k T^{H-1/2}$"),
            ("relative_entropy", "relative entropy"),
            ("chi_squared", r"$\chi^2$"),
        )
        return latex_table(table, (strike, *(Column(a, b, number) for a, b in shown)))
    if "sharp_lower" in table:
        shown = (
            ("printed_lower", "lower"),
            ("printed_upper", "upper"),
            ("matching_lower", "matching lower"),
            ("matching_upper", "matching upper"),
            ("sharp_lower", "sharp lower"),
            ("sharp_upper", "sharp upper"),
        )
        return latex_table(table, (strike, *(Column(a, b, four) for a, b in shown)))
    return latex_table(
        table,
        (
            Column("positive_part", r"$(\cdot)^+$", align="l"),
            *(
                Column(name, head, lambda value: f"{value:g}")
                for name, head in (("below_bid", "below bid"), ("above_ask", "above ask"))
                if name in table
            ),
            *(
                Column(name, head, number)
                for name, head in (
                    ("relative_entropy", "KL"),
                    ("lowest", "lowest"),
                    ("highest", "highest"),
                    ("at_forward", "call at $F$"),
                )
                if name in table
            ),
        ),
    )


if __name__ == "__main__":
    main(run, printed)
