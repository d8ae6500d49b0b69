"""Knows the weights that each observable has in the objective when none are given: (147)-(152).

    1 / Var^2,  min(1 / CoVar^2, 1 / (0.01 Var VarVar)),  1 / VarVar^2.

CoVar^2 <= Var VarVar, by Cauchy and Schwarz, so that the second term of the minimum replaces the
first where the colour's correlation is below a tenth, whose square is 0.01. As printed, with 0.01
in the numerator, the second term is the smaller one always.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rmot.errors import ParameterError
from rmot.spread.alpha.observables import Observables

_LEAST_SQUARED_CORRELATION = 0.01
_LARGEST = 1e150


def default_weights(targets: Observables) -> Observables:
    """Return the weights of targets, of the same shape.

    Parameters
    ----------
    targets : Observables

    Raises
    ------
    ParameterError
        If a variance or variance of variance is 0: nothing says then what to weigh it by.
    """
    product = _check(targets)
    with np.errstate(divide="ignore"):
        own = 1.0 / targets.covariance**2
    floor = 1.0 / (_LEAST_SQUARED_CORRELATION * product)
    return Observables(
        1.0 / targets.variance**2,
        np.minimum(own, floor),
        1.0 / targets.variance_of_variance**2,
    )


def printed_weights(targets: Observables) -> tuple[Observables, NDArray[np.bool_]]:
    """Return (147)-(152) as printed, and where their minimum is its second term.

    Parameters
    ----------
    targets : Observables

    Returns
    -------
    weights : Observables
    second : ndarray of bool
        Where the minimum is its second term.
    """
    product = _check(targets)
    with np.errstate(divide="ignore"):
        own = 1.0 / targets.covariance**2
    second = _LEAST_SQUARED_CORRELATION / product
    weights = Observables(
        1.0 / targets.variance**2,
        np.minimum(own, second),
        1.0 / targets.variance_of_variance**2,
    )
    return weights, second < own


def _check(targets: Observables) -> NDArray[np.float64]:
    """Return |Var VarVar|: what is relative to a bilog may have either sign."""
    sizes = np.abs([targets.variance, targets.variance_of_variance, targets.covariance])
    # Beyond these a square is no number any more.
    if not (np.all(sizes[:2] > 1.0 / _LARGEST) and np.all(sizes < _LARGEST)):
        raise ParameterError(
            "default weights are reciprocals of targets: expected none of Var and VarVar to be 0, "
            f"and all to have squares; got Var {targets.variance.tolist()}, CoVar "
            f"{targets.covariance.tolist()} and VarVar {targets.variance_of_variance.tolist()}"
        )
    return sizes[0] * sizes[1]
