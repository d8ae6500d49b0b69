r"""Classical bounds at two dates: no model, the quotes of both dates and the martingale alone.

.. math:: \sup\{E c(S_1, S_2) : E[S_2 | S_1] = S_1,\; E S_1 = 1,\;
          b_j \le E g_j \le a_j\} = \inf\{\text{cost}(H) : H(x, y) \ge c(x, y)
          \;\; \forall x, y \ge 0\}

over semi-static hedges H [1]_. A law on finitely many prices and a hedge that dominates at all
prices enclose the bound; no grid enters. Lower bounds are those of the negated payoff.

References
----------
.. [1] M. Beiglböck, P. Henry-Labordère, F. Penkner, "Model-independent bounds for option prices: a
   mass transport approach", *Finance Stoch.* 17 (2013) 477–501.
.. [2] D. Hobson, M. Klimmek, "Robust price bounds for the forward starting straddle", *Finance
   Stoch.* 19 (2015) 189–214.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rmot.errors import AccuracyError, ParameterError
from rmot.numerics.discrete import Prior
from rmot.payoffs import TwoDatePayoff
from rmot.transport.quotes import Quotes
from rmot.transport.two_dates.dates import QuotedDate
from rmot.transport.two_dates.deltas import fitted
from rmot.transport.two_dates.domination import Slack, slack
from rmot.transport.two_dates.exchange import MISSED, Exchange
from rmot.transport.two_dates.feasibility import raise_if_dates_clash
from rmot.transport.two_dates.hedge import SemiStaticHedge, cost_of

Vector = NDArray[np.float64]

_MASSLESS = 1e-12
_NOISE = 1e-12
_ROUNDING = 1e-14
_REFITS = 12


@dataclass(frozen=True, eq=False)
class ClassicalSide:
    """One of the two bounds.

    Attributes
    ----------
    value : float
        The cost of `hedge`: valid whatever the solver did.
    attained : float
        What a law that meets all quotes earns, or approaches.
    hedge : SemiStaticHedge
    law : Prior
        That law, points of shape (n, 2, 1). A limit from below is a price one rounding beneath.
    escaping : ndarray, shape (k, 2)
        First prices from which part of the mean escapes to ever higher second prices, with ever
        less mass, and how much of the mean: the value is then approached by laws near `law`. An
        infinite first price stands for what escapes at the first date already. Empty where the
        law attains the value.
    first_prices : int
        How many first prices the program came to hold.
    rounds : int
    """

    value: float
    attained: float
    hedge: SemiStaticHedge
    law: Prior
    escaping: Vector
    first_prices: int
    rounds: int

    @property
    def gap(self) -> float:
        """How far the bound can be from the best."""
        return abs(self.value - self.attained)


def classical_two_dates(
    payoff: TwoDatePayoff,
    first: Quotes,
    second: Quotes,
    *,
    tolerance: float = 1e-7,
    rounds: int = 60,
) -> tuple[ClassicalSide, ClassicalSide]:
    """Return the lower and the upper bound over all martingales that meet the quotes.

    Parameters
    ----------
    payoff : TwoDatePayoff
        Of prices in units of their forwards.
    first, second : Quotes
        Payoff objects of one asset at each date, on prices of forward one. Empty ones are allowed.
    tolerance : float
        How far the hedge of the last round may fall short before cash makes up for it; positive.
    rounds : int
        Of exchange at most; what they leave shows in `gap`.

    Returns
    -------
    lower, upper : ClassicalSide
        With `value`, `hedge` and `gap`, in units of the forwards.

    Raises
    ------
    ParameterError
        The payoff is not of two dates, or a quoted one not of one asset.
    InfeasibleQuotes
        No martingale meets the quotes; the message names those that clash, with their dates.
    AccuracyError
        A linear program was not solved, or the rounds did not suffice to meet the quotes.

    Examples
    --------
    >>> from rmot.payoffs import call, forward_start_straddle
    >>> near, far = Quotes([call(1.0)], [0.04], [0.04]), Quotes([call(1.0)], [0.05], [0.05])
    >>> lower, upper = classical_two_dates(forward_start_straddle(1.0), near, far)
    >>> lower.hedge.dominates, upper.hedge.dominates
    (True, True)
    """
    if not isinstance(payoff, TwoDatePayoff):
        name = getattr(payoff, "label", type(payoff).__name__)
        raise ParameterError(
            f"expected a payoff of two dates, such as forward_start_call; got {name}"
        )
    for which, quotes in (("first", first), ("second", second)):
        if not isinstance(quotes, Quotes):
            raise ParameterError(
                f"expected Quotes of the {which} date; got {type(quotes).__name__}"
            )
    if not (np.isfinite(tolerance) and tolerance > 0):
        raise ParameterError(f"expected a positive tolerance; got {tolerance}")
    dates = QuotedDate.of(first, "first"), QuotedDate.of(second, "second")
    upper = _upper(payoff, dates, tolerance, rounds)
    lower = _upper(payoff.negated(), dates, tolerance, rounds)
    sold = lower.hedge.mirrored()
    mirrored = replace(lower, value=sold.cost, attained=0.0 - lower.attained, hedge=sold)
    return mirrored, upper


def _upper(
    payoff: TwoDatePayoff,
    dates: tuple[QuotedDate, QuotedDate],
    tolerance: float,
    rounds: int,
) -> ClassicalSide:
    found = Exchange(payoff, dates, tolerance, rounds)
    if found.solved.missed > MISSED:
        raise_if_dates_clash(dates)
    found.run()
    if found.solved.missed > MISSED:
        raise AccuracyError(
            f"no law that meets all quotes was found in {found.rounds} rounds; quotes are missed "
            f"by {found.solved.missed:.3g} in sum"
        )
    hedge = _hedge(payoff, dates, found, tolerance)
    return ClassicalSide(
        hedge.cost,
        found.solved.attained,
        hedge,
        *_law(dates, found),
        found.columns.prices.size,
        found.rounds,
    )


def _hedge(
    payoff: TwoDatePayoff,
    dates: tuple[QuotedDate, QuotedDate],
    found: Exchange,
    tolerance: float,
) -> SemiStaticHedge:
    """Give the program's positions deltas, and raise them until they dominate."""
    best = None
    for _ in range(_REFITS):
        left, hedge = _dominating(payoff, dates, found, tolerance)
        if best is None or hedge.cost < best.cost:
            best = hedge
        if left.least >= -2 * tolerance:
            break
        found.looked = _refined(found.looked, left, tolerance)
        found.run()
    assert best is not None
    return best


def _dominating(
    payoff: TwoDatePayoff,
    dates: tuple[QuotedDate, QuotedDate],
    found: Exchange,
    tolerance: float,
) -> tuple[Slack, SemiStaticHedge]:
    """Give the program's positions deltas, and raise cash and forwards until they dominate."""
    first, second = dates
    solved = found.solved
    positions = [
        _traded(held, date.quotes)
        for held, date in zip((solved.first, solved.second), dates, strict=True)
    ]
    phi = first.held(positions[0], solved.cash, solved.forward)
    psi = second.held(positions[1])
    at = np.unique(np.concatenate([found.looked, found.columns.prices]))
    deltas = fitted(payoff, dates, phi, psi, at, max(found.shortfall, 0.0) + tolerance / 2)
    left = slack(payoff, dates, phi, psi, deltas, at)
    # A delta more and a forward more: a unit of the second price.
    alone, together = (
        _ROUNDING - each if each < 0 else 0.0 for each in (left.along_second, left.along_first)
    )
    rise = alone + together
    deltas = deltas.raised(alone)
    phi[:-1] += rise * first.nodes
    phi[-1] += rise
    lack = max(0.0, -slack(payoff, dates, phi, psi, deltas).least)
    phi[:-1] += lack
    missed = slack(payoff, dates, phi, psi, deltas)
    short = np.inf if missed.along_second < 0 or missed.along_first < 0 else -missed.least
    cash, forward = solved.cash + lack, solved.forward + rise
    quotes = first.quotes, second.quotes
    cost = cost_of(cash, forward, (positions[0], positions[1]), quotes)
    return left, SemiStaticHedge(
        cash, forward, positions[0], positions[1], deltas, cost, max(0.0, short)
    )


def _traded(held: Vector, quotes: Quotes) -> Vector:
    """Drop positions that are rounding, or on a side that is open."""
    side = np.where(held > 0, quotes.ask, quotes.bid)
    return np.where((np.abs(held) > _NOISE) & np.isfinite(side), held, 0.0)


def _refined(at: Vector, left: Slack, tolerance: float) -> Vector:
    """Look between first prices over which the hedge falls short."""
    short = np.append(left.floors[:-1] < -2 * tolerance, False)
    start, run = left.cells[short], np.diff(left.cells, append=np.inf)[short]
    return np.unique(np.concatenate([at, *(start + share * run for share in (0.25, 0.5, 0.75))]))


def _law(dates: tuple[QuotedDate, QuotedDate], found: Exchange) -> tuple[Prior, Vector]:
    solved, columns = found.solved, found.columns
    carrying = solved.masses > _MASSLESS
    ray = columns.kind < 0
    gone, kept = carrying & ray, carrying & ~ray
    escaping = np.column_stack([columns.prices[columns.owner[gone]], solved.masses[gone]])
    if solved.far > _MASSLESS:
        escaping = np.vstack([escaping, [np.inf, solved.far]])
    x, y = columns.prices[columns.owner[kept]], columns.second[kept]
    below = np.flatnonzero(np.diff(dates[1].nodes) == 0)
    y = np.where(np.isin(columns.kind[kept], below), np.nextafter(y, 0.0), y)
    weights = solved.masses[kept]
    return Prior(np.column_stack([x, y])[:, :, None], weights / weights.sum()), escaping
