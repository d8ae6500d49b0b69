"""Times, counts and sizes of the neural model: steps, bars in a year, bounds of its networks."""

from __future__ import annotations

import calendar
from datetime import date
from fractions import Fraction
from typing import Any

import sympy

from proofs_check.agreement import against_derived
from proofs_check.certificate import Certificate, Rule, decide
from proofs_check.checks.printed import printed_arithmetic
from proofs_check.exact import Statement, Tree, inequality
from proofs_check.ito import Process, differential
from proofs_check.ledger import Claim
from proofs_check.registry import Context, check
from proofs_check.relations import hold_relations

VVIX = sympy.Symbol("VVIX", positive=True)

check("N001", "N002", "N003", "N004", "N006", "N013", "N014")(printed_arithmetic)

# Verdict against, what would be otherwise, and the reading allowed for.
_TOLD = {
    "N005": (
        "inconsistent",
        "a step that is as many days by the clock of its bars",
        "days of the calendar, of which a year of 252 trading days has 365",
    ),
    "N007": (
        "refuted",
        "a step that overshoots the level, or moves more than the noise",
        "at one stationary deviation from the level: drift over noise of a step is"
        " sqrt(kappa dt / 2), the diffusion cancelling",
    ),
    "N015": (
        "corrected",
        "a level equal to the logarithm of the squared VIX",
        "rounded to one decimal; it is the logarithm of the median variance printed",
    ),
    "N016": ("inconsistent", "a mean variance of another volatility", "rounded to whole points"),
    "N017": (
        "inconsistent",
        "as many increments as steps",
        "rounding of the increment; it is that of twenty points, with nineteen increments",
    ),
    "N018": (
        "inconsistent",
        "another number of inputs, or of layers",
        "layers counted as hidden ones, as the library does",
    ),
    "N019": (
        "inconsistent",
        "a bound above twice the volatility of the VIX",
        "the implied volatility of the VIX in place of the realised one; log-variance moves by"
        " twice the logarithm of the VIX",
    ),
    "N021": (
        "refuted",
        "a drift whose mean effect exceeds two standard errors",
        "independent paths, and the smaller of both volatilities of volatility",
    ),
    "N022": (
        "refuted",
        "a span of data in which mean reversion stands out from none",
        "level and diffusion known, one parameter to learn: the Fisher information is"
        " span / (2 kappa)",
    ),
}


@check(*_TOLD)
def stated_sizes(claim: Claim, context: Context) -> Certificate:
    """Hold what a sentence states of its numbers."""
    method = "certified" if _TOLD[claim.id][0] == "refuted" else "reading"
    return hold_relations(claim, context, *_TOLD[claim.id], method=method)


def _ends(stamp: str) -> tuple[date, date]:
    """Return the first and last day of a month, or of a year."""
    year, _, month = stamp.partition("-")
    if not month:
        return date(int(year), 1, 1), date(int(year), 12, 31)
    last = calendar.monthrange(int(year), int(month))[1]
    return date(int(year), int(month), 1), date(int(year), int(month), last)


@check("N008", "N009", "N010", "N011")
def bars_in_a_year(claim: Claim, context: Context) -> Certificate:
    """Count a series' points in a year, for the longest and the shortest span that it may have."""
    rows = claim.tables["data"].rows
    place = next(i for i, row in enumerate(rows) if row["dataset"] == claim.data["dataset"])
    (first, late), (early, last) = (_ends(rows[place][x]) for x in ("first", "last"))
    longest, shortest = (last - first).days + 1, (early - late).days + 1
    points: Tree = ["cell", "data", place, "points"]
    statements: list[Statement] = []
    for index, bars in enumerate(claim.data["bars_per_day"]):
        stated: Tree = ["mul", ["datum", "bars_per_day", index], ["datum", "trading_days"]]
        for name, relation, days in (("few", ">=", longest), ("many", "<=", shortest)):
            found: Tree = ["div", points, str(Fraction(4 * days, 1461))]
            statements.append(inequality(f"{bars} are not too {name}", stated, relation, found))
    names = [item["name"] for item in statements]
    rules: list[Rule] = [
        ("verified", {few: True, many: True})
        for few, many in zip(names[::2], names[1::2], strict=True)
    ]
    rules += [("inconsistent", dict.fromkeys(side, False)) for side in (names[::2], names[1::2])]
    return decide(
        claim,
        context.profile,
        "reading",
        statements,
        rules,
        evidence={"longest_days": longest, "shortest_days": shortest},
        otherwise="points over a span within what its months, or years, allow",
        reading="the longest span and the shortest one; a day of the index until a quarter past"
        " four has one bar more",
    )


@check("N012")
def paths_within_the_data(claim: Claim, context: Context) -> Certificate:
    """Cut the series into paths, end to end or at each constant stride."""
    points, paths, steps = (int(claim.data[key]) for key in ("points", "paths", "steps"))
    whole: Tree = ["mul", ["datum", "paths"], ["datum", "steps"]]
    statements = [inequality("disjoint", whole, "<=", ["datum", "points"])]
    for length in (steps, steps + 1):
        for stride in range(1, steps + 1):
            count = (points - length) // stride + 1
            name = f"{length} points, stride {stride}"
            item = inequality(name, str(count), "==", ["datum", "paths"])
            statements.append({**item, "rests_on": "division with rest"})
    names = [item["name"] for item in statements]
    return decide(
        claim,
        context.profile,
        "reading",
        statements,
        [
            *(("verified", {name: True}) for name in names),
            ("inconsistent", dict.fromkeys(names, False)),
        ],
        evidence={"points_of_disjoint_paths": paths * steps, "points": points},
        otherwise="fewer points in the paths than in the series, or a stride that gives their"
        " number",
        reading="overlapping paths at any constant stride; cut within days, at strides not given,"
        " they would share points and not be as many samples",
    )


def _volatility_of_log_variance() -> Any:
    """Take the logarithm of the squared index by Ito's formula."""
    index = sympy.Symbol("VIX", positive=True)
    state = {index: Process(sympy.Integer(0), {"W": VVIX / 100 * index})}
    return sympy.simplify(differential(sympy.log(index**2), state).noise["W"])


@check("N020")
def volatility_of_log_variance(claim: Claim, context: Context) -> Certificate:
    """Hold the volatility of volatility against that of the model's own variable."""
    return against_derived(
        claim,
        context,
        {"N020": (_volatility_of_log_variance, "2*VVIX/100")},
        {"VVIX": VVIX},
        otherwise="the volatility of the logarithm of a square",
        reading="the index that VVIX is of taken for the VIX itself; as the volatility of the VIX"
        " it is right, and the model's variable is the logarithm of its square",
    )
