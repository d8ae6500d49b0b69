"""How bounds and the orders of their hedges are printed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from rmot.cli.output import print_rows, say

SHOWN = 5e-5
"""Contracts below which options share a line of the table: four decimals would show zero."""


def print_bounds(
    found: Any, title: str, as_json: bool, as_csv: bool, tickets: Sequence[Any] = ()
) -> None:
    """Print bounds, and the orders of their hedges if there are any."""
    names = ("lower", "price", "upper", "minimum_radius", "gap", "support_limited")
    values = [(name, getattr(found, name)) for name in names]
    if found.sampling_error is not None:
        values.append(("sampling_error", found.sampling_error))
    # Without a prior there is no calibrated price.
    rows = [
        {"quantity": name, "value": None if value != value else value} for name, value in values
    ]
    for remark in _remarks(found):
        say(remark)
    if as_json and tickets:
        content = {"bounds": rows, "hedges": [ticket.to_json() for ticket in tickets]}
        print(json.dumps(content, indent=1))
        return
    print_rows(rows, title, as_json, as_csv, aligned=False)
    for ticket in tickets:
        print_rows(ticket.rows(at_least=SHOWN), hedge_heading(ticket))
        print(f"{ticket.summary}\n")


def _remarks(found: Any) -> Iterator[str]:
    if found.radius is not None:
        yield f"radius {found.radius.value:.6g}: {found.radius.rule}"
    if found.sampling_error is not None:
        yield f"the prior is a sample: standard error of the bounds {found.sampling_error:.2g}"
    if found.tail_relaxed:
        yield "on the prior's tail a density is negative: the bounds are valid and slightly wide"
    if found.support_limited:
        yield "laws are confined to the prior's nodes: prices beyond them could widen the bounds"


def hedge_heading(ticket: Any) -> str:
    """Say whose orders a table lists, and what they cost."""
    deal = "buy, against the target sold" if ticket.side == "upper" else "sell, against it bought"
    paid = f"costs {ticket.cost:,.2f}" if ticket.cost >= 0 else f"brings {-ticket.cost:,.2f}"
    return (
        f"{ticket.side} hedge of {ticket.contracts:g} x {ticket.multiplier:g} ({deal}): {paid}, "
        f"options below {SHOWN:g} contracts together"
    )
