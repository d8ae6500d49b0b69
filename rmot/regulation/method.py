"""How a book's bounds are made: the joint law, its correlation, the ball and its radius."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from rmot.errors import DataError, ParameterError, RmotError
from rmot.regulation.portfolio_file import Table, number
from rmot.transport import ChiSquared, CressieRead, KullbackLeibler, MultipleOfLeast, Radius
from rmot.transport.couplings.correlations import correlation_matrix

LAWS = ("gaussian copula", "rough factors")
DEVIATIONS = (-4.0, 3.0)
RADII = ("radius", "radius_multiple", "quote_noise_level")

Divergence = ChiSquared | CressieRead | KullbackLeibler


@dataclass(frozen=True)
class QuoteNoise:
    """A rule: the quantile at a level of the least radius while quotes move within bid and ask."""

    level: float


@dataclass(frozen=True)
class Method:
    """How bounds are made.

    Attributes
    ----------
    law : {"gaussian copula", "rough factors"}
        Of several assets together; one asset has its fitted rough Heston law.
    correlation : "history", tuple of tuples of float, or None
        Of the copula: of past returns, or given. None for rough factors, which assume one.
    days : int
        Of the past that `correlation` rests on.
    factors : int
        Of the rough factor model.
    radius : Radius, MultipleOfLeast or QuoteNoise
    divergence : ChiSquared, CressieRead or KullbackLeibler
    points : int
        Of a joint sample, a power of two.
    seed : int
    quotes : int
        Of each smile at most.
    rates : (float, float) or None
        Per year, within which American quotes are made European.
    """

    law: str
    correlation: Literal["history"] | tuple[tuple[float, ...], ...] | None
    days: int
    factors: int
    radius: Radius | MultipleOfLeast | QuoteNoise
    divergence: Divergence
    points: int
    seed: int
    quotes: int
    deviations: tuple[float, float]
    rates: tuple[float, float] | None


def read_method(table: Table, n_assets: int, several: bool) -> Method:
    """Return the method that a table of a portfolio's file says.

    Raises
    ------
    DataError
        A key is unknown or missing, or a value out of range.
    """
    law = table.choice("law", LAWS, LAWS[0])
    correlation = None
    if law == LAWS[0] and several:
        correlation = _correlation(table, n_assets)
    elif "correlation" in table:
        why = "rough factors assume one" if several else "no position is on several assets"
        raise DataError(f"{table.where}: expected no correlation; {why}")
    points = table.whole("points", 1 << 13, 1 << 8)
    if points & (points - 1):
        table.wrong("points", "a power of two", points)
    rates = table.numbers("rates", 2) if "rates" in table else None
    if rates is not None and not rates[0] <= rates[1]:
        table.wrong("rates", "two rates in order", list(rates))
    deviations = table.numbers("deviations", 2) if "deviations" in table else DEVIATIONS
    if not deviations[0] < 0 < deviations[1]:
        table.wrong("deviations", "two numbers on either side of zero", list(deviations))
    method = Method(
        law,
        correlation,
        table.whole("days", 252, 20),
        table.whole("factors", 2, 1),
        _radius(table),
        _divergence(table),
        points,
        table.whole("seed", 1, 0),
        table.whole("quotes", 40, 3),
        deviations,  # pyright: ignore[reportArgumentType]
        rates,  # pyright: ignore[reportArgumentType]
    )
    for key in ("correlation", "deviations", "rates", *RADII):
        table.raw(key)
    table.finish()
    return method


def _correlation(table: Table, n_assets: int) -> Any:
    given = table.raw("correlation")
    if given == "history":
        return given
    one = number(given)
    listed = given if isinstance(given, list) else []
    rows = [[number(v) for v in row] if isinstance(row, list) else [] for row in listed]
    whole = len(rows) == n_assets and all(len(row) == n_assets and None not in row for row in rows)
    if one is None and not whole:
        table.wrong(
            "correlation", f"history, a number, or a matrix of {n_assets} x {n_assets}", given
        )
    try:
        matrix = correlation_matrix(np.array(rows, dtype=float) if one is None else one, n_assets)
    except ParameterError as error:
        raise DataError(f"{table.where}, correlation: {error}") from None
    return tuple(tuple(float(v) for v in row) for row in matrix)


def _radius(table: Table) -> Radius | MultipleOfLeast | QuoteNoise:
    given = [key for key in RADII if key in table]
    if len(given) != 1:
        raise DataError(
            f"{table.where}: expected one of {', '.join(RADII)} (a radius has no default); got "
            f"{', '.join(given) or 'none'}"
        )
    if given[0] == "radius":
        return Radius(table.number("radius", least=0.0))
    if given[0] == "radius_multiple":
        return MultipleOfLeast(table.number("radius_multiple", least=1.0))
    level = table.number("quote_noise_level", above=0.0)
    if level >= 1:
        table.wrong("quote_noise_level", "a level in (0, 1)", level)
    return QuoteNoise(level)


def _divergence(table: Table) -> Divergence:
    text = table.raw("divergence", "chi2")
    plain = {"chi2": ChiSquared, "kl": KullbackLeibler}
    if isinstance(text, str) and text in plain:
        return plain[text]()
    name, _, order = text.partition(":") if isinstance(text, str) else ("", "", "")
    try:
        if name != "cressie-read":
            raise ValueError
        return CressieRead(float(order))
    except (RmotError, ValueError, OverflowError):
        return table.wrong("divergence", "chi2, kl or cressie-read:ORDER (an order > 1)", text)
