"""A chain of any kind as a surface of European quotes: American ones become intervals of them."""

from __future__ import annotations

from pathlib import Path

from rmot.market import CarryRange, OptionSurface, read_chain

RATES = (0.03, 0.05)
"""Rates of the summer of 2026, whose options are American, lie well within; the intervals allow for
all of them."""


def european_surface(path: Path) -> OptionSurface:
    """Read the surface of a chain, European as it is or by intervals."""
    chain = read_chain(path)
    carry = CarryRange(rates=RATES) if chain.exercise == "american" else None
    return chain.surface(carry=carry)
