"""A little drawing: scales, marks and axes as SVG text, with nothing but the standard library.

Everything that is written into a drawing is escaped here, numbers are rounded to a hundredth, and
each drawing carries a title and a description for who cannot see it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape

BLUE, MIDDLE, LIGHT = "#0b5a8f", "#74a0bf", "#d3dade"
ORANGE, GREY, INK = "#c2500a", "#5f5f5f", "#1c1c1c"
"""Apart in grey too, and for colour-blind readers."""

_FONT = 12


@dataclass(frozen=True)
class Scale:
    """A linear map of numbers to pixels."""

    start: float
    stop: float
    left: float
    right: float

    def __call__(self, value: float) -> float:
        """Return where a number stands."""
        share = (value - self.start) / (self.stop - self.start)
        return self.left + share * (self.right - self.left)

    def ticks(self, count: int = 5) -> list[float]:
        """Return round numbers along the scale."""
        low, high = sorted((self.start, self.stop))
        raw = (high - low) / max(count, 1)
        power = 10.0 ** math.floor(math.log10(raw))
        step = next(power * each for each in (1, 2, 2.5, 5, 10) if power * each >= raw * 0.999)
        first = math.ceil(low / step - 1e-9)
        return [k * step for k in range(first, math.floor(high / step + 1e-9) + 1)]


def scale(values: Iterable[float], left: float, right: float, pad: float = 0.05) -> Scale:
    """Return the scale of some finite numbers, with a margin at both ends."""
    known = [value for value in values if math.isfinite(value)] or [0.0, 1.0]
    low, high = min(known), max(known)
    room = (high - low) * pad if high > low else max(abs(high), 1e-12) * 0.1
    return Scale(low - room, high + room, left, right)


@dataclass
class Drawing:
    """Marks on a canvas, in the order drawn."""

    width: float
    height: float
    title: str
    description: str
    marks: list[str] = field(default_factory=list)

    def line(
        self, x1: float, y1: float, x2: float, y2: float, colour: str = GREY, width: float = 1.0
    ) -> None:
        """Add a straight line."""
        self.marks.append(
            f'<line x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}" stroke="{colour}" '
            f'stroke-width="{_n(width)}"/>'
        )

    def path(self, points: Sequence[tuple[float, float]], colour: str, width: float = 1.6) -> None:
        """Add a line through points; points that are not finite are left out."""
        known = [f"{_n(x)},{_n(y)}" for x, y in points if math.isfinite(x) and math.isfinite(y)]
        self.marks.append(
            f'<polyline points="{" ".join(known)}" fill="none" stroke="{colour}" '
            f'stroke-width="{_n(width)}" stroke-linejoin="round"/>'
        )

    def rectangle(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """Add a filled rectangle."""
        self.marks.append(
            f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(max(width, 0.5))}" height="{_n(height)}" '
            f'fill="{colour}"/>'
        )

    def dot(self, x: float, y: float, radius: float, colour: str, opacity: float = 1.0) -> None:
        """Add a filled circle."""
        self.marks.append(
            f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" fill="{colour}" '
            f'fill-opacity="{_n(opacity)}"/>'
        )

    def ring(self, x: float, y: float, radius: float, colour: str) -> None:
        """Add a circle's outline."""
        self.marks.append(
            f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" fill="none" stroke="{colour}"/>'
        )

    def text(
        self,
        x: float,
        y: float,
        words: str,
        anchor: str = "start",
        size: float = _FONT,
        colour: str = INK,
        bold: bool = False,
    ) -> None:
        """Add one line of text."""
        weight = ' font-weight="600"' if bold else ""
        self.marks.append(
            f'<text x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}" font-size="{_n(size)}" '
            f'fill="{colour}"{weight}>{escape(words)}</text>'
        )

    def bottom_axis(self, along: Scale, y: float, label: str, count: int = 5) -> None:
        """Add an axis below."""
        self.line(along.left, y, along.right, y)
        for tick, shown in _labelled(along.ticks(count)):
            self.line(along(tick), y, along(tick), y + 4)
            self.text(along(tick), y + 17, shown, "middle", 11, GREY)
        self.text(0.5 * (along.left + along.right), y + 34, label, "middle", 11.5)

    def left_axis(self, along: Scale, x: float, label: str, count: int = 5) -> None:
        """Add an axis at the left; its label stands above it."""
        self.line(x, along.left, x, along.right)
        for tick, shown in _labelled(along.ticks(count)):
            self.line(x - 4, along(tick), x, along(tick))
            self.text(x - 7, along(tick) + 4, shown, "end", 11, GREY)
        self.text(x - 7, min(along.left, along.right) - 9, label, "start", 11.5)

    def render(self, name: str) -> str:
        """Return the SVG element; `name` is unique on its page."""
        return (
            f'<svg viewBox="0 0 {_n(self.width)} {_n(self.height)}" role="img" '
            f'aria-labelledby="{name}-t {name}-d" xmlns="http://www.w3.org/2000/svg" '
            'font-family="system-ui, sans-serif">'
            f'<title id="{name}-t">{escape(self.title)}</title>'
            f'<desc id="{name}-d">{escape(self.description)}</desc>{"".join(self.marks)}</svg>'
        )


def _labelled(ticks: Sequence[float]) -> list[tuple[float, str]]:
    """Return ticks with as many decimals as all of them need."""
    fits = [count for count in range(6) if all(_is_round(tick, count) for tick in ticks)]
    digits = fits[0] if fits else 6
    return [(tick, f"{round(tick, digits) + 0.0:.{digits}f}") for tick in ticks]


def _is_round(value: float, digits: int) -> bool:
    return abs(value - round(value, digits)) <= 1e-9 * max(abs(value), 1.0)


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
