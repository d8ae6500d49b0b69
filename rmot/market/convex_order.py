r"""Two laws in convex order, from the smiles of two expiries: the nearest to mids, within bid-ask.

A martingale with given laws at two dates exists if and only if calls on the second are worth at
least those on the first at every strike (V. Strassen, *Annals of Mathematical Statistics* 36 (1965)
423–439). Prices are in units of each forward, :math:`m = K/F`. The strikes of both expiries and
some prices beyond are common knots. Laws on them are what convex prices say, with
:math:`c = 1 - m` at the first knot, slopes from -1 up and :math:`c = 0` at the last; and prices
that are linear between common knots are in order when they are so at the knots. Moves x of the
mids in half-spreads solve

.. math:: \min \tfrac12 \sum_{\text{quotes}} x^2 + \tfrac{w}{2} \sum_{\text{others}} x^2
          \quad\text{s.t.}\quad |x| \le 1 \text{ at quotes},\; c_1 \le c_2,\;
          c_1, c_2 \text{ convex}.

The distance is that of `rmot.market.projection`, which treats each expiry for itself. It leaves
open what a law does at the other's strikes; a small w draws the price there to the one of the
smile's own volatilities, linear in log-strike between its quotes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from rmot.errors import AccuracyError, ParameterError
from rmot.market.arbitrage import ArbitrageReport, static_arbitrage
from rmot.market.parity_region import lower_hull
from rmot.market.projection import SliceMove, at_prices, refuse_arbitrage, slice_move
from rmot.market.surface import Smile
from rmot.numerics import Prior, black_call
from rmot.numerics.least_norm import SparseInequalities, least_norm

Vector = NDArray[np.float64]

_ROOT_WEIGHT = 1e-2
"""Root of w."""

_BELOW = np.array([0.25, 0.5, 0.75])
_ABOVE = np.array([1.1, 1.25, 1.5, 2.0])
_LEAST_SPREAD = 1e-6
_ROUNDING = 1e-15


@dataclass(frozen=True, eq=False)
class ConvexOrderMarginals:
    """Laws of one price at two dates that a martingale can have.

    Attributes
    ----------
    first, second : Prior
        Of S/F, of mean 1, on common knots: strikes of both smiles and some beyond.
    smiles : tuple of Smile
        Those given, with the laws' prices as mids.
    moves : tuple of SliceMove
        How far mids went.
    at_mids : ArbitrageReport
        What was wrong with the mids; calendar violations are those of the convex order.
    """

    first: Prior
    second: Prior
    smiles: tuple[Smile, Smile]
    moves: tuple[SliceMove, SliceMove]
    at_mids: ArbitrageReport

    def __str__(self) -> str:
        broken = {kind: count for kind, count in self.at_mids.counts().items() if count}
        wrong = ", ".join(f"{count} {kind}" for kind, count in broken.items()) or "no"
        moved = "; ".join(
            f"{move.n_moved} of {move.n_quotes} of {move.label} by up to {move.largest:.2g}"
            for move in self.moves
        )
        return f"{wrong} violations at mids; moved, in half-spreads: {moved}"


def marginals_in_convex_order(
    first: Smile, second: Smile, nodes: ArrayLike = ()
) -> ConvexOrderMarginals:
    """Return the laws of prices at two dates nearest to the mids of two smiles.

    Parameters
    ----------
    first, second : Smile
        Of one underlying, the earlier expiry first.
    nodes : array_like, shape (n,)
        More prices in units of the forward, > 0, that laws may have beside the strikes of both.

    Raises
    ------
    ParameterError
        Dates in the wrong order, or nodes that are no positive prices.
    InfeasibleQuotes
        No martingale meets all quotes at bid and ask; the message names the quotes that clash and
        what they earn.
    AccuracyError
        No laws on these nodes meet them, or hardly any: what is left without arbitrage at bid and
        ask but needs a price of 0, or of infinity.

    Examples
    --------
    >>> from rmot.market import read_chain
    >>> surface = read_chain("chain.csv").surface()                    # doctest: +SKIP
    >>> laws = marginals_in_convex_order(*surface.slices[:2])          # doctest: +SKIP
    """
    smiles = (first, second)
    if not first.maturity < second.maturity:
        raise ParameterError(
            f"expected the earlier expiry first; got {first.label} and {second.label}"
        )
    refuse_arbitrage(smiles)
    knots = _knots(smiles, nodes)
    targets, scales, quoted = zip(*(_drawn_to(smile, knots) for smile in smiles), strict=True)
    target, scale = np.concatenate(targets), np.concatenate(scales)
    rows = _inequalities(knots, target, scale, np.concatenate(quoted))
    try:
        x = least_norm(rows)
    except AccuracyError as error:
        raise AccuracyError(
            f"no two laws on {knots.size} nodes up to {knots[-1]:.4g} were found that meet the "
            f"quotes of {first.label} and {second.label} in convex order: {error}"
        ) from None
    prices = np.split(target + scale * x, 2)
    moved = tuple(
        at_prices(smile, price[_places(smile, knots)])
        for smile, price in zip(smiles, prices, strict=True)
    )
    return ConvexOrderMarginals(
        *(_law(knots, price) for price in prices),
        smiles=(moved[0], moved[1]),
        moves=(slice_move(first, moved[0]), slice_move(second, moved[1])),
        at_mids=static_arbitrage([_locked_at_mid(smile) for smile in smiles]),
    )


def _locked_at_mid(smile: Smile) -> Smile:
    return replace(smile, bid_price=smile.call_price, ask_price=smile.call_price)


def _knots(smiles: tuple[Smile, Smile], nodes: ArrayLike) -> Vector:
    """Return increasing knots; nothing lies below the first or above the last."""
    more = np.asarray(nodes, dtype=float)
    if more.ndim != 1 or not (np.all(np.isfinite(more)) and np.all(more > 0.0)):
        raise ParameterError(f"expected positive prices as nodes; got {nodes}")
    strikes = np.concatenate([np.exp(smile.log_moneyness) for smile in smiles])
    ends = (_BELOW * strikes.min(), _ABOVE * strikes.max())
    return np.unique(np.concatenate([strikes, more, *ends]))


def _drawn_to(smile: Smile, knots: Vector) -> tuple[Vector, Vector, NDArray[np.bool_]]:
    """Return what prices between the ends are drawn to, on which scale, and if quoted."""
    k = np.log(knots[1:-1])
    known = smile.implied_volatility > 0.0
    if not np.any(known):
        raise ParameterError(f"expected implied volatilities of {smile.label}; got none")
    own = smile.log_moneyness
    volatility = np.interp(k, own[known], smile.implied_volatility[known])
    price = black_call(k, volatility, smile.maturity)
    half = 0.5 * (smile.ask_price - smile.bid_price)
    scale = np.maximum(np.interp(k, own, half), _LEAST_SPREAD) / _ROOT_WEIGHT
    places = _places(smile, knots)
    price[places], scale[places] = smile.call_price, half
    quoted = np.zeros(k.size, dtype=bool)
    quoted[places] = True
    return price, scale, quoted


def _places(smile: Smile, knots: Vector) -> NDArray[np.intp]:
    return np.searchsorted(knots[1:-1], np.exp(smile.log_moneyness))


def _inequalities(
    knots: Vector, target: Vector, scale: Vector, quoted: NDArray[np.bool_]
) -> SparseInequalities:
    """Return the constraints on the moves of both dates, one after the other."""
    n = knots.size - 2
    run = np.diff(knots)
    # slopes between all knots, as a matrix and what the price at the first adds
    rise = sparse.eye_array(n + 1, n) - sparse.eye_array(n + 1, n, k=-1)
    slope = sparse.diags_array(1.0 / run) @ rise
    constant = np.zeros(n + 1)
    constant[0] = -(1.0 - knots[0]) / run[0]
    difference = sparse.eye_array(n, n + 1, k=1) - sparse.eye_array(n, n + 1)
    falling = sparse.csr_array(([-1.0], ([0], [n])), shape=(1, n + 1))
    rising = sparse.csr_array(([1.0], ([0], [0])), shape=(1, n + 1))
    # convex, from a slope of at least -1 to one of at most 0
    shape = sparse.vstack([difference, rising, falling])
    own = sparse.csr_array(shape @ slope)
    level = shape @ constant + np.append(np.zeros(n), [1.0, 0.0])
    identity = sparse.eye_array(n)
    of_prices = sparse.block_array([[own, None], [None, own], [-identity, identity]])
    width = sparse.diags_array(scale)
    within = sparse.csr_array(sparse.eye_array(2 * n))[np.flatnonzero(quoted & (scale > 0.0))]
    matrix = sparse.csr_array(sparse.vstack([of_prices @ width, within, -within]))
    levels = np.concatenate([level, level, np.zeros(n)]) + of_prices @ target
    return SparseInequalities(matrix, np.append(levels, np.ones(2 * within.shape[0])))


def _law(knots: Vector, price: Vector) -> Prior:
    """Return the law on the knots whose calls these are, but for the solver's rounding."""
    call = np.concatenate([[1.0 - knots[0]], price, [0.0]])
    hull = lower_hull(knots, call)
    slope = np.diff(call[hull]) / np.diff(knots[hull])
    mass = np.diff(slope, prepend=-1.0, append=0.0)
    held = mass > _ROUNDING
    return Prior(knots[hull][held], mass[held])
