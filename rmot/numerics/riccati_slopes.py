"""Knows derivatives of the collocated fractional Riccati equation in c1, c2 and alpha.

    (I - T^alpha A diag F') dh = T^alpha A h, T^alpha A h^2 and d(T^alpha A)/dalpha F,

exact but for rounding and the last Newton step, because the equation that is solved is itself
differentiated.
"""

import numpy as np

from rmot.numerics.compiled import kernel
from rmot.numerics.lane_elimination import factorise, substitute
from rmot.numerics.lanes import STRIDE, add_multiple, set_product
from rmot.numerics.riccati_newton import jacobian


@kernel
def sensitivities(
    coefficients, c2, power, log_maturity, record, slopes, n, h, source, slope, matrix, out
):
    """Fill out, lanes (3, 2): derivatives in c1, c2 and alpha of the means of h and F.

    The equation is differentiated: (I - T^alpha A diag F') dh = T^alpha A h, T^alpha A h^2 and
    d(T^alpha A)/dalpha F. `source` and `slope` are F and F' at the solution h.
    """
    right = np.empty(STRIDE * n)
    square = np.empty(STRIDE * n)
    derivative = slope.copy()
    jacobian(record, n, power, slope, matrix)
    factorise(matrix, n)
    for j in range(n):
        set_product(square, j, h, j, h, j)
    for w in range(out.size):
        out[w] = 0.0
    for which in range(3):
        for w in range(STRIDE * n):
            right[w] = log_maturity * h[w] if which == 2 else 0.0
        for j in range(n + 1):
            column = (n + 1) + j * (n + 1) + 1
            for i in range(n):
                if which == 2:
                    add_multiple(right, i, power * slopes[column + i], source, j)
                elif j > 0:
                    direct = h if which == 0 else square
                    add_multiple(right, i, power * record[column + i], direct, j - 1)
        substitute(matrix, n, right)
        for j in range(n + 1):
            weight = record[(n + 1) * (1 + j)]
            if which == 2:
                own = slopes[(n + 1) * (1 + j)]
                add_multiple(out, 2 * which + 1, own, source, j)
                if j > 0:
                    add_multiple(out, 2 * which, own, h, j - 1)
            if j > 0:
                add_multiple(out, 2 * which, weight, right, j - 1)
                set_product(right, j - 1, right, j - 1, derivative, j - 1)
                add_multiple(out, 2 * which + 1, weight, right, j - 1)
                if which < 2:
                    direct = h if which == 0 else square
                    add_multiple(out, 2 * which + 1, weight, direct, j - 1)


@kernel
def average(weights, n, h, source, sums):
    """Fill the first two lanes of `sums` with the weighted sums of h and F."""
    for w in range(2 * STRIDE):
        sums[w] = 0.0
    for j in range(n + 1):
        add_multiple(sums, 1, weights[j], source, j)
        if j > 0:
            add_multiple(sums, 0, weights[j], h, j - 1)
