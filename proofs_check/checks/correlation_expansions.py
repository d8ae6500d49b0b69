"""Joint law of two rough Heston assets, expanded in the vols of vol.

Without mean reversion, with ``g(t) = t^{H+1/2} / Gamma(H+3/2)``:
``X_i = -int V_i/2 + int sqrt(V_i) dW_i`` and
``int_0^T V_i = xi T + eta int g(T-s) sqrt(V_i) dB_i``.
"""

from __future__ import annotations

from typing import Any

import sympy
from flint import arb, fmpq

from proofs_check.certificate import Certificate, Rule, decide
from proofs_check.exact import Statement, Tree, identity, inequality, rational, tree
from proofs_check.formulas import formula
from proofs_check.ledger import Claim
from proofs_check.registry import Context, check
from proofs_check.riccati_series import log_characteristic_function


def _polynomials(name: str, left: Any, right: Any) -> Statement:
    """State that two sympy polynomials with integer coefficients agree, degrees counted."""
    symbols = sorted((left.free_symbols | right.free_symbols), key=str)
    if not symbols:
        return inequality(name, tree(str(left)), "==", tree(str(right)))
    both = [sympy.Poly(side, *symbols) for side in (left, right)]
    degrees = {str(x): max(int(max(side.degree(x), 0)) for side in both) for x in symbols}
    names: dict[str, Tree] = {str(x): ["variable", str(x)] for x in symbols}
    first, second = (tree(str(side.as_expr()), names) for side in both)
    return identity(name, first, second, degrees)


def _ball(value: Any) -> arb:
    number = rational(str(value))
    return arb(fmpq(number.numerator, number.denominator))


def _cross_first_order() -> tuple[Any, Any]:
    """Derive the term of log E exp(iu.X) that is linear in eta: real and imaginary part.

    Under the measure with density exp(iu.M + <u.M>/2) the driver B_k drifts by
    ``i sum_m u_m r_km sqrt(V_m)``, which moves the mean of V_k by ``i eta_k x_k g_k`` times that
    sum, x being the roots of flat curves; the exponent left is
    ``-1/2 sum u_k u_l rho_kl int sqrt(V_k V_l) - i/2 sum u_k int V_k``.
    """
    u, x, g = (sympy.symbols(f"{name}_i {name}_j") for name in ("u", "x", "g"))
    rho = sympy.Symbol("rho")
    own = sympy.Matrix([[1, rho], [rho, 1]])
    with_noise = sympy.Matrix(2, 2, sympy.symbols("r_ii r_ij r_ji r_jj"))
    shift = [g[k] * x[k] * sum(u[m] * x[m] * with_noise[k, m] for m in range(2)) for k in range(2)]
    imaginary = -sum(
        u[k] * u[m] * own[k, m] * (x[m] * shift[k] / x[k] + x[k] * shift[m] / x[m]) / 4
        for k in range(2)
        for m in range(2)
    )
    real = sum(u[k] * shift[k] for k in range(2)) / 2
    return sympy.expand(real), sympy.expand(imaginary)


@check("C004")
def leading_cross_term(claim: Claim, context: Context) -> Certificate:
    """Expand the log of the joint characteristic function over the marginal ones.

    Without vol of vol the log-prices are Gaussian, which gives the leading term. The linear one is
    held against the fractional Riccati equation where both assets share one variance:
    ``log E = xi int (c_0 + c_1 h)``, ``h = c_0 g``, ``c_0 = -(Q + i s)/2``, ``c_1 = i eta u.r``.
    """
    u_i, u_j, x, y, rho = sympy.symbols("u_i u_j x_i x_j rho")
    gaussian = -((u_i * x) ** 2 + 2 * rho * u_i * u_j * x * y + (u_j * y) ** 2) / 2
    cross = gaussian - gaussian.subs(u_i, 0) - gaussian.subs(u_j, 0)
    leading = -rho * u_i * u_j * x * y
    symbols = {str(s): s for s in (u_i, u_j, x, y, rho, *sympy.symbols("eta_i eta_j J"))}
    stated = formula(claim.data["exponent"], **symbols)
    stated = sympy.expand(stated.subs({symbols["eta_i"]: 0, symbols["eta_j"]: 0}))
    real, imaginary = _cross_first_order()
    r_i, r_j, g, one = *sympy.symbols("r_i r_j g_i"), sympy.Integer(1)
    shared = dict(
        zip(sympy.symbols("r_ii r_ij r_ji r_jj g_j x_j"), (r_i, r_j, r_i, r_j, g, one), strict=True)
    )
    at_one = {**shared, x: one, g: one}
    tilt = u_i * r_i + u_j * r_j
    square = u_i**2 + 2 * rho * u_i * u_j + u_j**2
    parts = [sympy.expand(2 * part.subs(shared).subs(at_one)) for part in (real, imaginary)]
    covariance = sympy.expand(2 * real).coeff(u_i, 1).coeff(u_j, 1)
    isometry = sympy.sympify("x_i*x_j*(g_i*r_ij + g_j*r_ji)")
    statements = [
        _polynomials("leading term as printed", stated, leading),
        _polynomials("leading term of Gaussian log-prices", sympy.expand(cross), leading),
        _polynomials("linear term, real part, against Riccati", parts[0], (u_i + u_j) * tilt),
        _polynomials("linear term, imaginary part, against Riccati", parts[1], -square * tilt),
        _polynomials("linear term of the covariance, against Ito", covariance, isometry),
    ]
    printed, *repaired = (item["name"] for item in statements)
    leverage = dict(zip(sympy.symbols("r_ij r_ji"), sympy.symbols("p_i p_j"), strict=True))
    chained = {symbol: rho * value for symbol, value in leverage.items()}
    return decide(
        claim,
        context.profile,
        "symbolic",
        statements,
        [
            ("verified", dict.fromkeys((printed, *repaired), True)),
            ("corrected", {printed: False, **dict.fromkeys(repaired, True)}),
        ],
        evidence={
            "printed_without_vol_of_vol": str(stated),
            "repaired": f"{leading} T plus terms linear in the vols of vol",
            "linear_term_real": str(real),
            "linear_term_imaginary": str(imaginary),
            "in_rho_squared": str(sympy.expand(imaginary.subs(chained)).coeff(rho, 2)),
        },
        otherwise="an exponent that is -rho u_i u_j int sqrt(xi_i xi_j) without vol of vol",
        reading="flat curves and no mean reversion, to leading order only: what is printed"
        " vanishes there, and the next order has terms in rho^2",
    )


@check("C005")
def linear_in_the_vol_of_vol(claim: Claim, context: Context) -> Certificate:
    """Enclose the log of a characteristic function and what its linear part misses of it."""
    hurst, correlation, maturity = (
        _ball(claim.data[key]) for key in ("hurst", "correlation", "maturity")
    )
    evidence, statements = {}, []
    for place, vol_of_vol in enumerate(claim.data["vol_of_vol"]):
        whole, linear = log_characteristic_function(
            hurst, _ball(vol_of_vol), correlation, int(claim.data["frequency"]), maturity
        )
        error = abs(linear - whole) / abs(whole)
        least, most = (end.str(12, radius=False) for end in (error.lower(), error.upper()))
        evidence[f"error at {vol_of_vol}"] = [least, most]
        within = inequality(
            f"within the tolerance at vol of vol {place}", most, "<=", ["datum", "tolerance"]
        )
        beyond = inequality(
            f"beyond the tolerance at vol of vol {place}", least, ">", ["datum", "tolerance"]
        )
        statements += [{**item, "rests_on": "ball arithmetic"} for item in (within, beyond)]
    low, low_beyond, high, high_beyond = (item["name"] for item in statements)
    rules: list[Rule] = [
        ("verified", {low: True, high: True}),
        ("corrected", {low: True, high_beyond: True}),
        ("refuted", {low_beyond: True, high_beyond: True}),
    ]
    return decide(
        claim,
        context.profile,
        "certified",
        statements,
        rules,
        evidence={
            **evidence,
            "repaired": "the error is within the tolerance at the lower end of the range alone",
        },
        otherwise="an error within the tolerance at both ends of the range",
        reading="linear term included, one asset, a frequency of about one over the standard"
        " deviation at a variance of 0.04; at twice that the error is about four times as large",
        kind="computed",
    )


@check("C068")
def covariance_of_log_prices(claim: Claim, context: Context) -> Certificate:
    """Add the four covariances of the martingale parts and of the integrated variances.

    By Ito's isometry ``dX_i`` loads on the drivers as ``x (W_i - eta_i g_i B_i / 2)``, x the root
    of the variance, so ``Cov = rho int E sqrt(V_i V_j) (1 - eta_i p_i g_i/2)(1 - eta_j p_j g_j/2)``
    where B_i has correlation p_i with W_i and the rest of it is the asset's own.
    """
    x, y, rho, p, q, a, b = sympy.symbols("x y rho p q a b")
    martingales, first, second, variances = rho, rho * p, rho * q, rho * p * q
    derived = x * y * sympy.expand(martingales - a * first - b * second + a * b * variances)
    product = rho * x * y * (1 - a * p) * (1 - b * q)
    stated = formula(claim.data["rate"], x=x, y=y, rho=rho)
    statements = [
        _polynomials("leading term as stated", stated, sympy.expand(derived.subs({a: 0, b: 0}))),
        _polynomials("exact rate is a product", sympy.expand(derived), sympy.expand(product)),
    ]
    names = [item["name"] for item in statements]
    sizes = {}
    for maturity in claim.data["maturities"]:
        hurst, vol_of_vol, leverage, time = (
            _ball(value)
            for value in (*(claim.data[k] for k in ("hurst", "vol_of_vol", "leverage")), maturity)
        )
        size = vol_of_vol * abs(leverage) * time ** (hurst + 0.5) / (hurst + 1.5).gamma() / 2
        sizes[f"largest relative error at {maturity}"] = ((1 + size) ** 2 - 1).str(6, radius=False)
    return decide(
        claim,
        context.profile,
        "symbolic",
        statements,
        [
            ("verified", dict.fromkeys(names, True)),
            ("refuted", {names[0]: False, names[1]: True}),
        ],
        evidence={"exact": str(sympy.factor(derived)), **sizes},
        otherwise="a rate other than the correlation times both roots without vol of vol",
        reading="leading order as the vols of vol vanish, the roots' mean taken as exact",
    )


@check("C071")
def exponent_along_the_path(claim: Claim, context: Context) -> Certificate:
    """Compare how the second cumulant grows with the horizon, by Ito and by Riccati.

    An exponent that is random is no characteristic function. At the mean variance, flat, the
    printed form makes every cumulant proportional to the horizon. Ito's isometry gives the rate
    ``1 - eta p g + eta^2 g^2 / 4``; Riccati with ``h = -z g / 2 + ...`` gives twice the
    coefficient of z^2 in ``(z^2 - z)/2 + p eta z h + eta^2 h^2 / 2``.
    """
    z, eta, p, g = sympy.symbols("z eta p g")
    h = -z * g / 2
    riccati = sympy.expand((z**2 - z) / 2 + p * eta * z * h + eta**2 * h**2 / 2).coeff(z, 2) * 2
    price, noise = sympy.Matrix([[1, 0]]), sympy.Matrix([[p, sympy.sqrt(1 - p**2)]])
    row = price - eta * g * noise / 2
    isometry = sympy.expand((row * row.T)[0, 0])
    stated = formula(claim.data["rate"], eta=eta, p=p, g=g)
    growth = [sympy.expand(4 * (rate.subs(g, 1) - rate.subs(g, 0))) for rate in (stated, isometry)]
    statements = [
        _polynomials("rate moves with time to the horizon as it must", *growth),
        _polynomials("Riccati equation agrees with the isometry", 4 * riccati, 4 * isometry),
    ]
    moves, repaired = (item["name"] for item in statements)
    return decide(
        claim,
        context.profile,
        "symbolic",
        statements,
        [
            ("verified", {moves: True, repaired: True}),
            ("corrected", {moves: False, repaired: True}),
        ],
        evidence={
            "rate": str(isometry),
            "variance_of_the_integrated_variance": "xi eta^2 int g^2 > 0",
            "repaired": "phi_T(u) = exp int_0^T xi(T-s) R(u, h(s)) ds, D^alpha h = R(u, h)",
        },
        otherwise="an exponent that knows the time left to the horizon",
        reading="variance replaced by its mean, any function F of the argument and the parameters",
    )
