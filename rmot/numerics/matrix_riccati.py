r"""Knows matrix Riccati equations with constant coefficients, by doubling the time.

    D' = c + D m + m^T D + D p D,   D(0) = 0,   L' = -tr(p D),

for complex symmetric c and p, batch by batch. In time h the solution from any D_0 is

    D = G + P^T (I + D_0 H)^{-1} D_0 P,   G the solution from 0,

where exp of h [[m, -p], [c, -m^T]] with blocks E_ij gives G = E_22^{-1} E_21, H = E_12 E_22^{-1}
and P = E_11 - E_12 G. Over twice the time

    G <- G + P^T (I + G H)^{-1} G P,   H <- H + P (I + H G)^{-1} H P^T,   P <- P (I + H G)^{-1} P,
    L <- 2 L + log det(I + H G).

Nothing grows along the way, as the blocks of the exponential would (B. D. O. Anderson,
"Second-order convergent algorithms for the steady-state Riccati equation", Int. J. Control 28
(1978)). The logarithms are sums of principal ones of eigenvalues: each stays near 0 or tends to a
constant, while the phase of L itself, which can be any number of turns, comes of doubling it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_FIRST_REACH = 0.25
# 0.25^14 / 14! is below rounding
_TERMS = 13


class RiccatiFlow(NamedTuple):
    """The solution from 0, and what a growth factor is made of.

    Attributes
    ----------
    solution : ndarray, shape (n, d, d)
        D at the end.
    integral : ndarray, shape (n,)
        L: minus the integral of tr(p D).
    explodes : bool ndarray, shape (n,)
        Whether a real solution became infinite on the way; of no meaning for complex ones.
    rounding : float
        The error of the integral that doublings make of rounding.
    """

    solution: NDArray[np.complex128]
    integral: NDArray[np.complex128]
    explodes: NDArray[np.bool_]
    rounding: float


def riccati_flow(
    constant: NDArray[np.complex128],
    linear: NDArray[np.complex128],
    quadratic: NDArray[np.complex128],
    time: float,
) -> RiccatiFlow:
    """Return the solution at a time, for c and m of shape (n, d, d) and p of shape (d, d)."""
    d = constant.shape[-1]
    p = np.broadcast_to(quadratic, constant.shape)
    # D in units of a scale that makes the corners of the exponent equally large
    scale = np.sqrt(_size(constant) / max(float(np.linalg.norm(quadratic)), 1e-300))
    scale = np.where(scale > 0.0, scale, 1.0)[:, None, None]
    exponent = np.concatenate(
        [
            np.concatenate([linear, -p * scale], axis=-1),
            np.concatenate([constant / scale, -_transposed(linear)], axis=-1),
        ],
        axis=-2,
    )
    reach = float(np.max(_size(exponent))) * time
    doublings = max(int(np.ceil(np.log2(max(reach / _FIRST_REACH, 1.0)))), 0)
    blocks = _near_identity(exponent * (time / 2.0**doublings))
    e11, e12 = blocks[:, :d, :d], blocks[:, :d, d:]
    e21, e22 = blocks[:, d:, :d], blocks[:, d:, d:]
    inverse = np.linalg.inv(e22)
    g, h = inverse @ e21, e12 @ inverse
    p = e11 - e12 @ g
    # tr m belongs to det E_22: what is left is the integral
    trace = np.trace(linear, axis1=-2, axis2=-1)
    total = np.log(np.linalg.det(e22)) + trace * (time / 2.0**doublings)
    unit = np.eye(d)
    explodes = np.zeros(constant.shape[0], dtype=bool)
    for _ in range(doublings):
        both = unit + h @ g
        roots = np.linalg.eigvals(both)
        explodes |= np.min(roots.real, axis=-1) <= 0.0
        shrunk = np.linalg.inv(both)
        total = 2.0 * total + np.sum(np.log(roots), axis=-1)
        pt = _transposed(p)
        # (I + G H)^{-1} G = G (I + H G)^{-1}
        g, h, p = g + pt @ g @ shrunk @ p, h + p @ shrunk @ h @ pt, p @ shrunk @ p
    rounding = 4.0 * float(np.finfo(float).eps) * 2.0**doublings
    return RiccatiFlow(g * scale, total, explodes, rounding)


def _near_identity(a: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """Return the exponentials of small matrices, by Taylor's series."""
    unit = np.eye(a.shape[-1], dtype=np.complex128)
    total = unit + a / _TERMS
    for n in range(_TERMS - 1, 0, -1):
        total = unit + a @ total / n
    return total


def _transposed(a: NDArray[np.complex128]) -> NDArray[np.complex128]:
    return np.swapaxes(a, -1, -2)


def _size(a: NDArray[np.complex128]) -> NDArray[np.float64]:
    return np.sqrt(np.sum(np.abs(a) ** 2, axis=(-2, -1)))
