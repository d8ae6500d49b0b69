"""The method of a report and what its figures assume, in words."""

from __future__ import annotations

from collections.abc import Sequence

from rmot.regulation.method import Method, QuoteNoise
from rmot.regulation.portfolio import Portfolio
from rmot.transport import MultipleOfLeast, Radius


def describe_method(method: Method) -> dict[str, str]:
    """Return the method in words."""
    correlation = method.correlation
    if correlation is None:
        said = "none is given"
    elif correlation == "history":
        said = f"of the past {method.days} days' returns"
    else:
        said = "given in the portfolio's file"
    return {
        "joint law": method.law,
        "correlation": said,
        "divergence": type(method.divergence).__name__,
        "radius": _radius_words(method.radius),
        "sample": f"{method.points} points, seed {method.seed}",
        "quotes": f"at most {method.quotes} of each smile",
        "fitted": f"{method.deviations[0]:g} to {method.deviations[1]:g} deviations of the forward",
        "rates for American quotes": (
            "as the engine's default range"
            if method.rates is None
            else f"{method.rates[0]:.2%} to {method.rates[1]:.2%} a year"
        ),
    }


def assumptions(portfolio: Portfolio, exercises: Sequence[str]) -> tuple[str, ...]:
    """Return what the figures rest on besides quotes; `exercises` are the assets' options'."""
    several = any(len(position.assets) > 1 for position in portfolio.positions)
    said = [
        "A charge is the distance from the calibrated price to the bound against the position, "
        "discounted: uncertainty about today's price. It is scaled to no liquidity horizon.",
        "Charges of positions with a factor that may not be modelled are aggregated by MAR33.17; "
        "those of others are shown and not aggregated.",
        "The radius of the ball decides how wide its bounds are. Classical bounds need none, and "
        "hold for every law that meets the quotes: they are the baseline.",
        "The expected shortfall is that of the position alone, unhedged, held to expiry under the "
        "calibrated law: a loss of the market's moves, not of the price's uncertainty.",
    ]
    if "american" in exercises:
        said.append(
            "Quotes of American options are met as the intervals of European prices that the "
            "rates allow; orders cross those intervals."
        )
    if several:
        said.append(
            "Quotes of single assets contain no correlation. The one used is an input, with the "
            "source named; the interval that the quotes leave stands beside it. A ball around one "
            "law knows nothing of another correlation: charges over the input's interval say what "
            "that adds, and classical bounds use none."
        )
    return tuple(said)


def _radius_words(radius: Radius | MultipleOfLeast | QuoteNoise) -> str:
    if isinstance(radius, MultipleOfLeast):
        return f"{radius.factor:g} times the least that meets the quotes"
    if isinstance(radius, QuoteNoise):
        return f"quote noise at level {radius.level:g}"
    return f"{radius.value:g}, given"
