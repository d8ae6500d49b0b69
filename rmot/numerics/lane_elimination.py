"""Knows Gauss's elimination on four complex systems at once, whose matrices stand in lanes.

    A = L U,   A_ij = sum_{k < min(i, j)} L_ik U_kj + ...,   L of unit columns times U's pivots,

by tiles of two rows and two columns (G. H. Golub and C. F. Van Loan, "Matrix Computations", 4th
edition, section 3.2): a tile's sums stay in registers, and each number loaded serves two products.
A matrix of even order n holds its rows one after the other.
"""

from rmot.numerics.compiled import kernel
from rmot.numerics.lane_sums import subtract_rows, subtract_tile
from rmot.numerics.lanes import invert, set_product, subtract_product


@kernel
def factorise(matrix, n):
    """Factorise in place, without pivots: the caller looks at what comes of it.

    The diagonal holds the pivots' inverses.
    """
    for p in range(0, n, 2):
        q = p + 1
        top, below = p * n, q * n
        subtract_tile(matrix, p, n, p, p)
        invert(matrix, top + p)
        set_product(matrix, below + p, matrix, below + p, matrix, top + p)
        subtract_product(matrix, below + q, matrix, below + p, matrix, top + q)
        invert(matrix, below + q)
        for i in range(p + 2, n, 2):
            subtract_tile(matrix, i, n, p, p)
            for row in (i * n, i * n + n):
                set_product(matrix, row + p, matrix, row + p, matrix, top + p)
                subtract_product(matrix, row + q, matrix, row + p, matrix, top + q)
                set_product(matrix, row + q, matrix, row + q, matrix, below + q)
        for j in range(p + 2, n, 2):
            subtract_tile(matrix, p, n, j, p)
            subtract_product(matrix, below + j, matrix, below + p, matrix, top + j)
            subtract_product(matrix, below + j + 1, matrix, below + p, matrix, top + j + 1)


@kernel
def substitute(matrix, n, right):
    """Solve in place with the factors of `factorise`."""
    for p in range(0, n, 2):
        q = p + 1
        subtract_rows(right, p, matrix, n, 0, p)
        subtract_product(right, q, matrix, q * n + p, right, p)
    for p in range(n - 2, -1, -2):
        q = p + 1
        subtract_rows(right, p, matrix, n, p + 2, n)
        set_product(right, q, right, q, matrix, q * n + q)
        subtract_product(right, p, matrix, p * n + q, right, q)
        set_product(right, p, right, p, matrix, p * n + p)
