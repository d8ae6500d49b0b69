"""Knows the coefficients of the Riccati equations behind Heston and rough Heston.

c0 = -(u^2 + iu)/2,   c1 = i u rho nu - kappa.
"""

from rmot.numerics.compiled import kernel


@kernel
def fill_coefficients(u, rho_nu, kappa, c0, c1):
    """Fill c0 and c1 at frequencies u, complex shapes (n,)."""
    for j in range(u.size):
        turned = complex(-u[j].imag, u[j].real)
        c0[j] = -0.5 * (u[j] * u[j] + turned)
        c1[j] = turned * rho_nu - kappa
    return 0
