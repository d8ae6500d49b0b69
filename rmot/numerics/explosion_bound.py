"""Knows a cheap bound on how soon the solution of a fractional Riccati equation explodes.

For D^alpha g = 1 + b g + g^2, g(0) = 0, exploding at G, log G^{-alpha} is smooth in log(b + 2) and
alpha: a Chebyshev polynomial of degrees 9 and 5, interpolated from `unit_explosion`, is within
1.1e-3 of it for 0.505 <= alpha <= 1 and 0.002 <= b + 2 <= 1002. The margin makes it a bound from
above. Towards b = -2, G^{-alpha} falls at least as fast as (b + 2)^{1/2}, its behaviour at
alpha = 1, and as b grows it grows more slowly than b.
"""

import math

import numpy as np

from rmot.numerics.compiled import kernel

_MARGIN = 1.5e-3
_LOWEST, _HIGHEST = 0.002, 1002.0
_LOWEST_ALPHA = 0.505
_COEFFICIENTS = np.array(
    [
        [-0.1827245, -0.1564874, 0.0228139, 0.0078598, 0.0020723, 0.0004393],
        [4.9843625, -0.6839655, -0.0553805, -0.0140121, -0.0039763, -0.0008641],
        [0.1080140, 0.1760395, 0.0449566, 0.0109541, 0.0033764, 0.0008233],
        [0.0858236, -0.0148714, -0.0229116, -0.0073232, -0.0025023, -0.0007305],
        [-0.0166477, -0.0122085, 0.0056776, 0.0037652, 0.0015824, 0.0005754],
        [-0.0082578, 0.0050573, 0.0010119, -0.0011570, -0.0007981, -0.0003845],
        [0.0020899, 0.0002760, -0.0012989, -0.0000693, 0.0002613, 0.0002041],
        [0.0009997, -0.0007235, 0.0002792, 0.0002732, 0.0000029, -0.0000726],
        [-0.0002523, 0.0001003, 0.0001287, -0.0001134, -0.0000643, 0.0000032],
        [-0.0001367, 0.0000856, -0.0000833, -0.0000082, 0.0000366, 0.0000167],
    ]
)


@kernel
def _chebyshev(coefficients, x):
    """Return sum_i coefficients[i] T_i(x) by Clenshaw's recurrence."""
    first, second = 0.0, 0.0
    for i in range(coefficients.size - 1, 0, -1):
        first, second = 2.0 * x * first - second + coefficients[i], first
    return x * first - second + coefficients[0]


@kernel
def explosion_rate_bound(b, alpha):
    """Return an upper bound of G^{-alpha}, 0 for b <= -2, close to it.

    Parameters
    ----------
    b : float
        Linear coefficient.
    alpha : float
        Order, in (1/2, 1].

    Returns
    -------
    float
    """
    if b <= -2.0:
        return 0.0
    distance = min(max(b + 2.0, _LOWEST), _HIGHEST)
    low, high = math.log(_LOWEST), math.log(_HIGHEST)
    x = (2.0 * math.log(distance) - low - high) / (high - low)
    y = (2.0 * max(alpha, _LOWEST_ALPHA) - _LOWEST_ALPHA - 1.0) / (1.0 - _LOWEST_ALPHA)
    across = np.empty(_COEFFICIENTS.shape[0])
    for i in range(across.size):
        across[i] = _chebyshev(_COEFFICIENTS[i], y)
    # d log G^{-alpha} / d alpha is above -3 next to alpha = 1/2
    rate = math.exp(_chebyshev(across, x) + _MARGIN + 3.0 * max(0.0, _LOWEST_ALPHA - alpha))
    if b + 2.0 < _LOWEST:
        rate *= math.sqrt((b + 2.0) / _LOWEST)
    elif b + 2.0 > _HIGHEST:
        rate *= (b + 2.0) / _HIGHEST
    return rate
