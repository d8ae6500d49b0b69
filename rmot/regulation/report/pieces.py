"""What sections are put together from besides tables: paragraphs, drawings, short amounts."""

from __future__ import annotations

import math
from html import escape

from rmot.regulation.report.svg import Drawing


def short(value: float) -> str:
    """Return an amount in millions or thousands."""
    if not math.isfinite(value):
        return "unknown"
    size = abs(value)
    unit, name = (1e6, " m") if size >= 1e6 else (1e3, " k") if size >= 1e3 else (1.0, "")
    return f"{value / unit:,.3g}{name}" if size < 1e9 else f"{value / 1e6:,.0f} m"


def paragraph(text: str, style: str = "") -> str:
    """Return a paragraph of text, in a class of the style sheet if one is named."""
    return f"<p{f' class={chr(34)}{style}{chr(34)}' if style else ''}>{escape(text)}</p>"


def figures(drawings: list[Drawing], name: str, caption: str) -> str:
    """Return drawings side by side, where there is room, and a caption."""
    inner = "".join(
        f"<figure>{each.render(f'{name}-{number}')}</figure>"
        for number, each in enumerate(drawings, start=1)
    )
    said = f'<p class="quiet">{escape(caption)}</p>' if caption else ""
    return f'<div class="figures">{inner}</div>{said}'
