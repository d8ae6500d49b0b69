"""The report's drawings: smiles with their fits, bounds, correlations and scenarios."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from rmot.regulation.report.results import AssetFit, PairCheck, PositionResult, SmileFit
from rmot.regulation.report.svg import BLUE, GREY, LIGHT, MIDDLE, ORANGE, Drawing, scale
from rmot.regulation.scenarios import StressScenarios

_WIDTH = 380.0
_ROW = 58.0
_MOST_DOTS = 700


def smile_figure(asset: AssetFit, smile: SmileFit) -> Drawing:
    """Draw bid and ask volatilities as bars and the fitted smile as a line."""
    label = f"{asset.asset}, {smile.expiry} {smile.settlement}"
    drawing = Drawing(
        _WIDTH,
        250,
        f"Smile of {label}",
        f"Bid to ask volatility of {smile.log_moneyness.size} quotes as bars, and the fit's "
        f"as a line; root mean square error of the asset "
        f"{100 * asset.root_mean_square_error:.2f} volatility points.",
    )
    across = scale(smile.log_moneyness, 48, _WIDTH - 10)
    volatilities = 100 * np.concatenate([smile.bid, smile.ask, smile.fitted])
    up = scale(volatilities, 205, 34)
    drawing.bottom_axis(across, 208, "log(strike / forward)", 4)
    drawing.left_axis(up, 48, "implied volatility, %", 4)
    for k, bid, ask in zip(smile.log_moneyness, smile.bid, smile.ask, strict=True):
        drawing.line(across(k), up(100 * bid), across(k), up(100 * ask) - 0.8, GREY, 3)
    fitted = zip(smile.log_moneyness, smile.fitted, strict=True)
    drawing.path([(across(k), up(100 * v)) for k, v in fitted], ORANGE)
    drawing.text(_WIDTH - 10, 14, label, "end", 12, bold=True)
    return drawing


def bounds_figure(positions: Sequence[PositionResult]) -> Drawing:
    """Draw each position's classical interval, its ball's and its price, each row to its scale."""
    height = _ROW * len(positions) + 30
    drawing = Drawing(
        _WIDTH,
        height,
        "Bounds of each position",
        "For each position, to its own scale: the sharp classical interval as a light bar, the "
        "interval of the divergence ball as a dark bar, that over the correlation's interval as "
        "one of middle tone, the calibrated price as a tick. "
        + "; ".join(
            f"{each.name}: classical {each.classical.lower:.4f} to {each.classical.upper:.4f}, "
            f"ball {each.ball.lower:.4f} to {each.ball.upper:.4f}, price {each.price:.4f}"
            for each in positions
        ),
    )
    keys = ((8, LIGHT, "classical"), (94, MIDDLE, "ball, correlations"), (230, BLUE, "ball"))
    for x, colour, word in keys:
        drawing.rectangle(x, 4, 16, 10, colour)
        drawing.text(x + 20, 13, word)
    drawing.line(290, 2, 290, 16, ORANGE, 2.5)
    drawing.text(297, 13, "price, %")
    for row, each in enumerate(positions):
        top = 30 + row * _ROW
        ends = [each.classical.lower, each.classical.upper, each.ball.lower, each.ball.upper]
        across = scale(ends, 8, _WIDTH - 8, 0.0)
        drawing.text(8, top + 12, each.name, bold=True)
        low, high = (100 * end for end in (across.start, across.stop))
        drawing.rectangle(8, top + 18, _WIDTH - 16, 14, LIGHT)
        for interval, colour in ((each.over_correlation, MIDDLE), (each.ball, BLUE)):
            if interval is not None:
                left, right = across(interval.lower), across(interval.upper)
                drawing.rectangle(left, top + 18, right - left, 14, colour)
        drawing.line(across(each.price), top + 15, across(each.price), top + 35, ORANGE, 2.5)
        drawing.text(8, top + 46, f"{low:.3f}", "start", 11, GREY)
        drawing.text(_WIDTH - 8, top + 46, f"{high:.3f}", "end", 11, GREY)
        said = f"{100 * each.ball.lower:.3f} to {100 * each.ball.upper:.3f}"
        drawing.text(_WIDTH / 2, top + 46, said, "middle", 11, BLUE)
    return drawing


def correlation_figure(pairs: Sequence[PairCheck]) -> Drawing:
    """Draw what marginals leave of each correlation, the input's interval and the input."""
    height = 38.0 * len(pairs) + 72
    drawing = Drawing(
        _WIDTH,
        height,
        "Correlations: used, and left by the marginals",
        "For each pair the interval of correlations that the marginals allow as a light bar, the "
        "interval of the input as a dark bar, the input as a dot. "
        + "; ".join(
            f"{each.first}, {each.second}: marginals {each.identified_lower:.2f} to "
            f"{each.identified_upper:.2f}, used {each.value:.2f}"
            for each in pairs
        ),
    )
    across = scale([-1.0, 1.0], 8, _WIDTH - 8, 0.02)
    drawing.rectangle(8, 4, 16, 10, LIGHT)
    drawing.text(30, 13, "marginals allow")
    drawing.rectangle(136, 4, 16, 10, BLUE)
    drawing.text(158, 13, "input's interval")
    drawing.dot(266, 9, 4.5, ORANGE)
    drawing.text(276, 13, "used")
    for row, each in enumerate(pairs):
        top = 26 + 38 * row
        drawing.text(8, top + 11, f"{each.first}, {each.second}, {each.expiry}", size=11.5)
        left, right = across(each.identified_lower), across(each.identified_upper)
        drawing.rectangle(left, top + 17, right - left, 11, LIGHT)
        if math.isfinite(each.lower):
            drawing.rectangle(
                across(each.lower), top + 17, across(each.upper) - across(each.lower), 11, BLUE
            )
        drawing.dot(across(each.value), top + 22.5, 4.5, ORANGE)
    drawing.bottom_axis(across, height - 40, "correlation of log prices", 5)
    return drawing


def scenario_figure(position: PositionResult, found: StressScenarios) -> Drawing:
    """Draw scenarios: the two first prices, or price and loss; areas are stressed weights."""
    last = found.prices if found.prices.ndim == 2 else found.prices[:, -1]
    several = last.shape[1] > 1
    second = last[:, 1] if several else found.loss / position.notional
    names = found.names
    drawing = Drawing(
        _WIDTH,
        270,
        f"Scenarios of {position.name}",
        f"{len(found)} scenarios by "
        + (f"the prices of {names[0]} and {names[1]}" if several else f"{names[0]} and the loss")
        + ". Discs have the area of the weight under the least favourable law, rings that under "
        "the calibrated law; orange discs lose, blue ones gain.",
    )
    # the heaviest, if there are too many to draw
    heavy = np.argsort(-np.maximum(found.stressed, found.calibrated), kind="stable")[:_MOST_DOTS]
    across = scale(last[heavy, 0], 52, _WIDTH - 12)
    up = scale(second[heavy], 225, 34)
    unit = 13.0 / math.sqrt(max(float(found.stressed.max()), float(found.calibrated.max())))
    for at in heavy:
        x, y = across(last[at, 0]), up(float(second[at]))
        colour = ORANGE if found.loss[at] > 0 else BLUE
        drawing.dot(x, y, unit * math.sqrt(found.stressed[at]), colour, 0.55)
        if found.calibrated[at] > 0:
            drawing.ring(x, y, unit * math.sqrt(found.calibrated[at]), GREY)
    drawing.bottom_axis(across, 228, f"{names[0]} over its forward", 4)
    label = f"{names[1]} over its forward" if several else "loss, share of notional"
    drawing.left_axis(up, 52, label, 4)
    drawing.text(_WIDTH - 10, 14, position.name, "end", 12, bold=True)
    return drawing
