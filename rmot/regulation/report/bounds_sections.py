"""The page's sections on bounds: each position's interval, hedge, shocks and scenarios; errors."""

from __future__ import annotations

import math
from collections.abc import Iterator
from html import escape

from rmot.regulation.report.figures import bounds_figure, scenario_figure
from rmot.regulation.report.pieces import figures, paragraph
from rmot.regulation.report.results import CapitalReport, PositionResult
from rmot.regulation.report.tables import (
    decimal,
    money,
    percent,
    small,
    table,
    units,
    whole,
    words,
)

SHOWN_SCENARIOS = 60


def bounds(report: CapitalReport) -> Iterator[str]:
    """Step 4."""
    yield "<h2>4. Bounds, hedges and scenarios</h2>"
    yield table(
        "Bounds over the forward",
        (
            "Position",
            "Classical lower",
            "Ball lower",
            "Price",
            "Ball upper",
            "Classical upper",
            "Ball's share of classical width",
        ),
        [
            (
                words(each.name),
                decimal(each.classical.lower, 5),
                decimal(each.ball.lower, 5),
                decimal(each.price, 5),
                decimal(each.ball.upper, 5),
                decimal(each.classical.upper, 5),
                percent(_width(each), 0),
            )
            for each in report.positions
        ],
    )
    if report.positions:
        yield figures(
            [bounds_figure(report.positions)],
            "bounds",
            "In percent of the forward, each row to its own scale: the ends below are the "
            "classical bounds, the middle the ball's.",
        )
    for number, each in enumerate(report.positions, start=1):
        yield f"<h3>{escape(each.name)}</h3>"
        side = "upper" if each.side == "short" else "lower"
        yield paragraph(
            f"{each.side.capitalize()} {each.description}, expiry {each.expiry} "
            f"{each.settlement}, notional {each.notional:,.0f}. Law: {each.law}; radius "
            f"{each.radius:.4g} ({each.radius_rule}). Static hedge at the {side} bound: orders "
            f"{money(each.hedge_cost).text}, charge for what it leaves "
            f"{money(each.hedge_charge).text}; at most {money(each.hedge_shortfall).text} missed "
            f"at expiry at the prices examined, deviation {money(each.hedge_deviation).text}."
        )
        yield table(
            "Orders of the hedge; bought if positive",
            ("Asset", "Instrument", "Strike", "Units", "Cost"),
            [
                (
                    words(order.asset or "any"),
                    words(order.instrument),
                    decimal(order.strike, 2),
                    units(order.units),
                    money(order.cost),
                )
                for order in each.hedge
            ],
        )
        yield _shocks(each)
        found = each.scenarios
        if found is not None:
            few = found.reduced(max(SHOWN_SCENARIOS, found.fewest))
            drawing = scenario_figure(each, few)
            yield figures(
                [drawing],
                f"scenario{number}",
                f"{len(few)} scenarios that keep mass, forwards, the payoff's value and the "
                f"largest quoted prices of all {len(found)} under both laws. Discs: least "
                "favourable weights, orange where the position loses; rings: calibrated weights.",
            )


def errors(report: CapitalReport) -> Iterator[str]:
    """Step 5."""
    yield "<h2>5. Errors and limits</h2>"
    yield table(
        "What the bounds are off by, over the forward, and where they are confined",
        (
            "Position",
            "Gap, ball",
            "Gap, classical",
            "Sampling error",
            "Error of charge",
            "Least radius",
            "Radius",
            "Quotes met",
            "Left out",
            "Confined to the sample",
        ),
        [
            (
                words(each.name),
                small(each.ball.gap),
                small(each.classical.gap),
                small(math.nan if each.sampling_error is None else each.sampling_error),
                percent(each.charge_error / each.charge if each.charge else math.nan, 1),
                small(each.least_radius),
                small(each.radius),
                whole(each.quotes_met),
                whole(each.quotes_left_out),
                words("yes" if each.support_limited else "no"),
            )
            for each in report.positions
        ],
    )
    yield paragraph(
        "Quotes left out are struck where the sample has less than a thousandth, or sixteen, of "
        "its points; the classical bounds meet them too. Bounds confined to the sample could be "
        "wider beyond it."
    )


def _shocks(each: PositionResult) -> str:
    return table(
        "Shocks of risk factors, from the calibrated to the least favourable law",
        ("Factor", "Of", "Calibrated", "Stressed", "Shock", "Note"),
        [
            (
                words(shock.factor),
                words(shock.kind),
                decimal(shock.calibrated, 4),
                decimal(shock.stressed, 4),
                decimal(shock.shock, 4),
                words(shock.note),
            )
            for shock in each.shocks
        ],
    )


def _width(each: PositionResult) -> float:
    width = each.classical.upper - each.classical.lower
    return (each.ball.upper - each.ball.lower) / width if width > 0 else math.nan
