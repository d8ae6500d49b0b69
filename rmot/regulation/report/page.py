"""A capital report as one HTML page: no script, no network, everything escaped."""

from __future__ import annotations

import math
from collections.abc import Iterable
from html import escape
from pathlib import Path

from rmot.artifact.files import atomic_write
from rmot.regulation.report import bounds_sections, sections
from rmot.regulation.report.pieces import short
from rmot.regulation.report.results import CapitalReport, Total
from rmot.regulation.report.style import STYLE

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def write_page(report: CapitalReport, path: str | Path) -> None:
    """Write the page, whole or not at all.

    Parameters
    ----------
    report : CapitalReport
    path : path-like
        HTML.
    """
    with atomic_write(path) as handle:
        handle.write(page(report))


def page(report: CapitalReport) -> str:
    """Return the page."""
    title = f"Capital report: {report.name}, {report.close}"
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="quiet">Close of {report.close}, on {escape(report.data_kind)} data; rmot '
        f"{escape(report.version)}. Amounts in {escape(report.currency)}, discounted to the close; "
        "prices and bounds over forwards.</p>",
        *_warnings(report),
        _numbers(report),
        *sections.capital(report),
        *sections.quotes(report),
        *sections.fits(report),
        *sections.correlations(report),
        *bounds_sections.bounds(report),
        *bounds_sections.errors(report),
        *sections.basis(report),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en-GB"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>"
        '<a class="skip" href="#main">To the report</a>'
        f'<main id="main">{"".join(parts)}</main></body></html>\n'
    )


def _numbers(report: CapitalReport) -> str:
    capital = report.capital
    rows = [
        ("Stress capital, divergence ball", capital.ball),
        ("The same over the correlations' intervals", capital.over_correlation),
        ("Stress capital, sharp classical bounds", capital.classical),
        ("97.5% expected shortfall to expiry", capital.shortfall),
    ]
    items = [_number(report.currency, label, total) for label, total in rows]
    items.append(
        f"<li>Residual risk add-on<b>{escape(report.currency)} "
        f"{short(capital.residual_risk)}</b><span class=quiet>"
        f"{1e4 * _share(capital.residual_risk, capital.notional):.1f} bp of notional</span></li>"
    )
    return f'<ul class="numbers">{"".join(items)}</ul>'


def _number(currency: str, label: str, total: Total) -> str:
    shares = []
    if math.isfinite(total.share_of_notional):
        shares.append(f"{1e4 * total.share_of_notional:.1f} bp of notional")
    if math.isfinite(total.share_of_premium):
        shares.append(f"{100 * total.share_of_premium:.1f}% of premium")
    return (
        f"<li>{escape(label)}<b>{escape(currency)} {short(total.stress_capital)}</b>"
        f"<span class=quiet>{escape(', '.join(shares))}</span></li>"
    )


def _warnings(report: CapitalReport) -> Iterable[str]:
    lines = [
        f"{each.name} could not be bounded and is in no total: {each.reason}"
        for each in report.failures
    ]
    if report.data_kind != "real":
        lines.append(f"The quotes are {report.data_kind}: the figures are not of a market.")
    for line in lines:
        yield f'<p class="warning">{escape(line)}</p>'


def _share(value: float, of: float) -> float:
    return value / of if of else math.nan
