"""The page's sections: capital, then the five steps of 002's workflow, then what it rests on."""

from __future__ import annotations

import math
from collections.abc import Iterator
from html import escape

from rmot.regulation.report.figures import (
    correlation_figure,
    smile_figure,
)
from rmot.regulation.report.pieces import figures, paragraph
from rmot.regulation.report.quotes import FEWEST_STRIKES, LARGEST_SPREAD
from rmot.regulation.report.results import CapitalReport, PositionResult
from rmot.regulation.report.tables import (
    Cell,
    decimal,
    money,
    percent,
    small,
    table,
    verdict,
    whole,
    words,
)


def capital(report: CapitalReport) -> Iterator[str]:
    """Totals by kind of charge, and every position's charges."""
    found = report.capital
    yield "<h2>Capital</h2>"
    yield paragraph(
        f"{found.positions} positions of gross notional {report.currency} "
        f"{found.notional:,.0f}; {found.not_modellable} of them have a risk factor that may not be "
        "modelled, and their charges enter stress capital. Charges are distances from the "
        "calibrated price to the bound against the position; “larger side” is Algorithm 1, step 5, "
        "of the source. The classical bounds are the finite, sharp ones that quotes alone give."
    )
    totals = (
        found.ball,
        found.either,
        found.over_correlation,
        found.classical,
        found.classical_either,
        found.shortfall,
    )
    yield table(
        "Stress capital (MAR33.17) of positions that may not be modelled, by kind of charge; "
        "shares are of the notional and premium of all positions",
        ("Charge", "Sum of charges", "Stress capital", "of notional", "of premium"),
        [
            (
                words(each.kind),
                money(each.charges),
                money(each.stress_capital),
                percent(each.share_of_notional, 3),
                percent(each.share_of_premium),
            )
            for each in totals
        ],
    )
    if found.shortfall.stress_capital > found.ball.stress_capital:
        yield paragraph(
            "The ball's charges are below the 97.5% expected shortfall of the positions held alone "
            "to expiry. MAR33.16 asks of a stress that it be at least as prudent as an expected "
            "shortfall: the charges measure what the price may be wrong by, and do not replace "
            "market risk."
        )
    yield paragraph(
        f"Residual risk add-on (MAR23), on gross notional and without relief: {report.currency} "
        f"{found.residual_risk:,.0f} (exotic underlyings {found.residual_exotic:,.0f}, other "
        f"residual risks {found.residual_other:,.0f})."
    )
    yield table(
        f"Charges by position, {report.currency}",
        (
            "Position",
            "Side",
            "Notional",
            "Premium",
            "Ball",
            "Its error",
            "Ball, larger side",
            "Ball over correlations",
            "Classical",
            "Classical, larger side",
            "97.5% shortfall",
        ),
        [_charges(each) for each in report.positions],
    )
    yield table(
        "The same as shares",
        (
            "Position",
            "Ball of notional",
            "Classical of notional",
            "Ball of premium",
            "Classical of premium",
            "Ball of classical",
        ),
        [_shares(each) for each in report.positions],
    )
    yield paragraph(
        "A premium marked * is the calibrated price: the file gives none. The error is the "
        "numerical gap and twice the sampling error.",
        "quiet",
    )


def quotes(report: CapitalReport) -> Iterator[str]:
    """Step 1."""
    yield "<h2>1. Data and eligibility</h2>"
    yield paragraph(
        f"The source asks for spreads below {LARGEST_SPREAD:.0%} and {FEWEST_STRIKES} strikes an "
        "asset. Both are reported; no quote is left out for them."
    )
    yield table(
        "Quotes of each smile",
        (
            "Smile",
            "Forward",
            "Discount factor",
            "Strikes",
            f"{FEWEST_STRIKES} or more",
            f"Spread below {LARGEST_SPREAD:.0%}",
            "Median spread",
            "Median, vol points",
            "Refused",
        ),
        [
            (
                words(f"{each.asset}, {each.expiry} {each.settlement}"),
                decimal(each.forward, 2),
                decimal(each.discount_factor, 5),
                whole(each.strikes),
                verdict(each.enough),
                percent(each.tight, 0),
                percent(each.median_spread, 1),
                decimal(100 * each.median_volatility_spread, 2),
                whole(each.dropped),
            )
            for each in report.quotes
        ],
    )
    yield table(
        "Risk-factor eligibility test (MAR31.13)",
        ("Risk factor", "May be modelled", "Why", "Observations"),
        [
            (words(each.factor), verdict(each.modellable), words(each.reason), words(each.source))
            for each in report.factors
        ],
    )


def fits(report: CapitalReport) -> Iterator[str]:
    """Step 2."""
    yield "<h2>2. Calibration</h2>"
    yield paragraph(
        "Rough Heston, by maximum likelihood in implied volatility. The first error is Cramér and "
        "Rao's, the second allows for the misfit. The effective dimension counts eigenvalues of "
        "the Fisher information that reach 1e-4 of the largest."
    )
    rows = []
    for each in report.fits:
        for name, value in each.parameters.items():
            held = name in each.held
            rows.append(
                (
                    words(f"{each.asset}, {name.replace('_', ' ')}"),
                    decimal(value, 4),
                    Cell("held", True) if held else small(each.standard_errors[name]),
                    Cell("", True) if held else small(each.misfit_standard_errors[name]),
                    words("at the search's end" if name in each.at_bound else "", "no"),
                )
            )
    yield table("Parameters", ("Parameter", "Value", "Error", "with misfit", ""), rows)
    yield table(
        "Fit quality",
        (
            "Asset",
            "Quotes",
            "r.m.s., vol points",
            "Within bid and ask",
            "Reduced chi-squared",
            "Effective dimension",
            "Condition number",
        ),
        [
            (
                words(each.asset),
                whole(each.quotes),
                decimal(100 * each.root_mean_square_error, 2),
                percent(each.within_spread, 0),
                small(each.reduced_chi_squared),
                words(f"{each.effective_dimension} of {each.free}"),
                small(each.condition_number),
            )
            for each in report.fits
        ],
    )
    for each in report.fits:
        for line in each.warnings:
            yield paragraph(f"{each.asset}: {line}.", "warning")
    drawn = [smile_figure(each, smile) for each in report.fits for smile in each.smiles]
    yield figures(drawn, "smile", "Bars: bid to ask. Line: the fit.")


def correlations(report: CapitalReport) -> Iterator[str]:
    """Step 3."""
    yield "<h2>3. Correlation</h2>"
    if not report.pairs:
        yield paragraph("No position is on several assets: no correlation enters.")
        return
    yield paragraph(
        "Quotes of single assets do not contain a correlation, and none is learned from them here. "
        "The one used is an input; what the marginals leave of it is the identified set."
    )
    yield table(
        "Correlations of log prices",
        ("Pair", "Used", "Interval of the input", "Source", "Left by the marginals"),
        [
            (
                words(f"{each.first}, {each.second}, {each.expiry}"),
                decimal(each.value, 3),
                words(_interval(each.lower, each.upper)),
                words(each.source),
                words(_interval(each.identified_lower, each.identified_upper)),
            )
            for each in report.pairs
        ],
    )
    yield figures([correlation_figure(report.pairs)], "correlation", "")


def basis(report: CapitalReport) -> Iterator[str]:
    """Show data, method and assumptions."""
    yield "<h2>Data, method and assumptions</h2>"
    yield table(
        "Quotes used",
        ("Asset", "Data", "Kind", "Exercise", "As of", "SHA-256"),
        [
            (
                words(each.asset),
                words(each.id),
                words(each.kind),
                words(each.exercise),
                words(each.valuation),
                words(each.sha256[:16] + "…"),
            )
            for each in report.data
        ],
    )
    pairs = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in report.method.items()
    )
    yield f"<dl>{pairs}</dl>"
    yield f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in report.assumptions)}</ul>"


def _charges(each: PositionResult) -> tuple[Cell, ...]:
    premium = money(each.premium)
    return (
        words(each.name),
        words(each.side),
        money(each.notional),
        premium if each.premium_given else Cell(f"{premium.text}*", True),
        money(each.charge),
        money(each.charge_error),
        money(each.either),
        money(each.over_correlation_charge),
        money(each.classical_charge),
        money(each.classical_either),
        money(each.shortfall),
    )


def _shares(each: PositionResult) -> tuple[Cell, ...]:
    def of(part: float, whole_: float) -> float:
        return part / whole_ if whole_ > 0 else math.nan

    return (
        words(each.name),
        percent(of(each.charge, each.notional), 3),
        percent(of(each.classical_charge, each.notional), 3),
        percent(of(each.charge, each.premium), 1),
        percent(of(each.classical_charge, each.premium), 1),
        percent(of(each.charge, each.classical_charge), 1),
    )


def _interval(lower: float, upper: float) -> str:
    if not (math.isfinite(lower) and math.isfinite(upper)):
        return "none"
    return f"{lower:.3f} to {upper:.3f}".replace("-", "\u2212")
