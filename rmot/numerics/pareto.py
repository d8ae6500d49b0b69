r"""Pareto's law of mean one, in cells of exact mass and mean.

.. math:: P(S > s) = (s/x)^{-a}, \quad s \ge x = (a - 1)/a.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from rmot.errors import ParameterError
from rmot.numerics.discrete import Prior, Tail


def least_price(exponent: float) -> float:
    """Return x, at which the law of mean one starts."""
    return (exponent - 1) / exponent


def moment(exponent: float, order: float) -> float:
    """Return E S^p, p below the exponent."""
    return exponent * least_price(exponent) ** order / (exponent - order)


def pareto(
    exponent: float, end: float, *, kinks: Sequence[float] = (), ratio: float, has_tail: bool
) -> Prior:
    """Return the law with its tail beyond `end`, or conditioned on S <= end.

    Parameters
    ----------
    exponent : float
        a > 1; with a tail a > 2, as that has a second moment.
    end : float
        The last price.
    kinks : sequence of float
        Prices between x and `end` that are to be boundaries of cells, increasing.
    ratio : float
        Largest quotient of a cell's boundaries.
    has_tail : bool

    Raises
    ------
    ParameterError
        Prices out of order, or an exponent too small.
    """
    if exponent <= (2.0 if has_tail else 1.0):
        raise ParameterError(f"expected an exponent above {1 + has_tail}; got {exponent:g}")
    least = least_price(exponent)
    corners = [least, *kinks, end]
    if np.any(np.diff(corners) <= 0.0):
        raise ParameterError(
            f"expected kinks that increase between {least:g} and {end:g}; got {list(kinks)}"
        )
    pieces = [
        np.geomspace(left, right, 2 + int(np.log(right / left) / np.log(ratio)))[1:]
        for left, right in pairwise(corners)
    ]
    edges = np.concatenate([[least], *pieces])
    # Differences of powers through expm1: cells far out have a tiny mass, known to all digits.
    width = np.diff(np.log(edges))
    left = np.log(edges[:-1] / least)
    mass = -np.exp(-exponent * left) * np.expm1(-exponent * width)
    first = -np.exp((1 - exponent) * left) * np.expm1((1 - exponent) * width)
    if not has_tail:
        return Prior(first / mass, mass / mass.sum())
    beyond = (end / least) ** -exponent
    mean = end * exponent / (exponent - 1)
    square = end**2 * exponent / (exponent - 2)
    return Prior(first / mass, mass, Tail(end, beyond, beyond * mean, beyond * square))
