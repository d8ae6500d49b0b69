"""The rough covariance functional: its kernel, its sign, and what it makes of a joint law."""

from __future__ import annotations

import numpy as np
import sympy

from proofs_check.certificate import Certificate, decide, scope_of
from proofs_check.exact import Tree, enclosure, identity, inequality, tree
from proofs_check.formulas import formula
from proofs_check.ledger import Claim
from proofs_check.registry import Context, check

ZERO = "0"


def _kernel(claim: Claim, s: Tree, t: Tree, first: Tree, second: Tree) -> Tree:
    return tree(claim.data["kernel"], {"s": s, "t": t, "a": first, "b": second})


@check("C006")
def kernel_is_a_covariance(claim: Claim, context: Context) -> Certificate:
    """Compare the matrix of both assets at one time with what a covariance allows.

    At ``s = t`` a covariance obeys ``k_ab(s,s)^2 <= k_aa(s,s) k_bb(s,s)``. For (2.4) sympy gives
    the excess ``(s^{2a} - s^{2b})^2 / 4``.
    """
    s, t, a, b = sympy.symbols("s t a b", positive=True)
    kernel = formula(claim.data["kernel"], s=s, t=t, a=a, b=b)

    def at_equal_times(first: sympy.Symbol, second: sympy.Symbol) -> sympy.Expr:
        return kernel.subs({t: s, a: first, b: second}, simultaneous=True)

    excess = at_equal_times(a, b) ** 2 - at_equal_times(a, a) * at_equal_times(b, b)
    square = sympy.factor(sympy.expand(excess))
    x, y = sympy.symbols("x y")
    polynomial = sympy.expand(excess).subs({s ** (2 * a): x, s ** (2 * b): y, s ** (4 * a): x**2})
    polynomial = sympy.simplify(polynomial.subs({s ** (4 * b): y**2, s ** (2 * a + 2 * b): x * y}))
    time: Tree = ["datum", "time"]
    hurst: list[Tree] = [["datum", "hurst", 0], ["datum", "hurst", 1]]
    mixed = _kernel(claim, time, time, hurst[0], hurst[1])
    own: Tree = ["mul", *(_kernel(claim, time, time, h, h) for h in hurst)]
    power_a, power_b = (["variable", name] for name in "xy")
    half_sum: Tree = ["mul", "1/2", ["add", power_a, power_b]]
    statements = [
        inequality("cross term exceeds what a covariance allows", ["pow", mixed, "2"], ">", own),
        identity(
            "excess is a square",
            ["sub", ["mul", half_sum, half_sum], ["mul", power_a, power_b]],
            ["mul", "1/4", ["pow", ["sub", power_a, power_b], "2"]],
            {"x": 2, "y": 2},
        ),
    ]
    return decide(
        claim,
        context.profile,
        "symbolic",
        statements,
        [
            ("refuted", {"cross term exceeds what a covariance allows": True}),
            ("verified", {"cross term exceeds what a covariance allows": False}),
        ],
        evidence={"excess": str(square), "excess_in_x_y": str(polynomial)},
        otherwise="a kernel with cross term at most sqrt(s^{2a} s^{2b}) at equal times",
        reading="the two assets at one time only, so two-by-two matrices: fails as well",
    )


@check("C007")
def kernel_is_non_negative(claim: Claim, context: Context) -> Certificate:
    """Evaluate the kernel at time zero of the first asset, for the sources' own exponents."""
    value = _kernel(claim, ZERO, ["datum", "time"], ["datum", "hurst", 0], ["datum", "hurst", 1])
    bounds = enclosure("value of the kernel", value, scope_of(claim), 9)
    return decide(
        claim,
        context.profile,
        "certified",
        [inequality("kernel is negative", value, "<", ZERO), bounds],
        [
            ("refuted", {"kernel is negative": True}),
            ("verified", {"kernel is negative": False}),
        ],
        evidence={"lower": bounds["lower"], "upper": bounds["upper"]},
        otherwise="a kernel that is not negative at (0, t) for t < 1 and a < b",
        reading="maturities of at most a year and exponents the source itself uses: fails as well",
    )


@check("C008")
def functional_is_positive(claim: Claim, context: Context) -> Certificate:
    """Integrate the kernel against a forward variance that falls fast, and against a flat one.

    With ``sqrt(xi_a(s)) = exp(-decay s)`` and xi_b = 1 the integral over t is explicit; the one
    over s is computed at two resolutions. For flat curves the whole integral is explicit.
    """
    a, b = (float(h) for h in map(sympy.Rational, claim.data["hurst"]))
    maturity, decay = (float(sympy.Rational(claim.data[key])) for key in ("maturity", "decay"))
    coarse, fine = (_integral(a, b, maturity, decay, nodes) for nodes in (40, 80))
    error = abs(fine - coarse) + 1e-14 * abs(fine)
    flat: Tree = tree(
        "T**(2*a+2)/(2*a+1) + T**(2*b+2)/(2*b+1) - 2*T**(a+b+2)/((a+b+1)*(a+b+2))",
        {"T": ["datum", "maturity"], "a": ["datum", "hurst", 0], "b": ["datum", "hurst", 1]},
    )
    negative = {
        **inequality("negative for the curve given", repr(float(fine + error)), "<", ZERO),
        "rests_on": "quadrature",
    }
    statements = [negative, inequality("positive for flat curves", flat, ">", ZERO)]
    return decide(
        claim,
        context.profile,
        "numeric",
        statements,
        [
            ("corrected", {"negative for the curve given": True, "positive for flat curves": True}),
            ("refuted", {"negative for the curve given": True}),
            ("verified", {"positive for flat curves": True}),
        ],
        evidence={"integral": fine, "error": float(error), "nodes": [40, 80]},
        otherwise="a curve so flat that the kernel's negative part near s = 0 has no weight",
        reading="flat forward variance: there it is positive, which is the repaired claim",
        kind="computed",
    )


def _integral(a: float, b: float, maturity: float, decay: float, nodes: int) -> float:
    """Integrate over s by Gauss-Legendre on a scale graded towards zero."""
    points, weights = np.polynomial.legendre.leggauss(nodes)
    total, edges = 0.0, maturity * 2.0 ** -np.arange(60.0)
    for left, right in zip(np.append(edges[1:], 0.0), edges, strict=True):
        s = left + (right - left) * (points + 1) / 2
        inner = maturity * s ** (2 * a) + maturity ** (2 * b + 1) / (2 * b + 1)
        inner -= (s ** (a + b + 1) + (maturity - s) ** (a + b + 1)) / (a + b + 1)
        total += float(np.sum(weights * np.exp(-decay * s) * inner / 2)) * (right - left) / 2
    return float(total)


@check("C003")
def joint_law_has_the_margins_given(claim: Claim, context: Context) -> Certificate:
    """Set arguments of the joint characteristic function to zero.

    At ``u = 0`` it is one, and at ``u_j = 0`` it is the marginal one, so the exponent must vanish
    at both. What multiplies it is positive: a lower bound in rationals stands in the statements.
    """
    symbols = {name: sympy.Symbol(name) for name in ("u_i", "u_j", "rho", "eta_i", "eta_j", "J")}
    exponent = formula(claim.data["exponent"], **symbols)
    sample: dict[str, Tree] = {"rho": "1/2", "eta_i": "1/10", "eta_j": "1/10"}
    # J for a = 1/2, b = 1/4, unit curves and T = 1, bounded below by sqrt(t) >= t, t^{7/4} <= t.
    least = tree("(2/3 + 16/21 - 4/7*(16/21 + 2/5))/2")
    sample["J"] = str(scope_of(claim).number(least))
    at_zero = tree(claim.data["exponent"], {**sample, "u_i": ZERO, "u_j": ZERO})
    at_margin = tree(claim.data["exponent"], {**sample, "u_i": "1", "u_j": ZERO})
    return decide(
        claim,
        context.profile,
        "symbolic",
        [
            inequality("one at the origin", at_zero, "==", ZERO),
            inequality("marginal law when the other argument is zero", at_margin, "==", ZERO),
            inequality("integral is positive", least, ">", ZERO),
        ],
        [
            (
                "verified",
                {
                    "one at the origin": True,
                    "marginal law when the other argument is zero": True,
                },
            ),
            ("refuted", {"one at the origin": False}),
            ("refuted", {"marginal law when the other argument is zero": False}),
        ],
        evidence={
            "exponent_at_origin": str(exponent.subs({symbols["u_i"]: 0, symbols["u_j"]: 0})),
            "exponent_at_margin": str(exponent.subs({symbols["u_j"]: 0})),
        },
        otherwise="an exponent with the factor u_i u_j, as the leading term in fact has",
        reading="equality to leading order in the vols of vol: the defect is itself of that order",
    )


@check("C012")
def expected_covariation(claim: Claim, context: Context) -> Certificate:
    """Multiply the loadings of both log-prices on two independent Brownian motions.

    With dW_i = dB_1 and dW_j = rho dB_1 + sqrt(1 - rho^2) dB_2 the covariation rate is the inner
    product of the rows; expectations follow by Fubini.
    """
    x, y, rho = sympy.symbols("x y rho", real=True)
    rows = sympy.Matrix([[x, 0], [y * rho, y * sympy.sqrt(1 - rho**2)]])
    derived = sympy.expand((rows * rows.T)[0, 1])
    stated = formula(claim.data["rate"], x=x, y=y, rho=rho)
    names: dict[str, Tree] = {name: ["variable", name] for name in ("x", "y", "rho")}
    same = identity(
        "rates agree",
        tree(claim.data["rate"], names),
        tree(str(derived), names),
        {"x": 2, "y": 2, "rho": 2},
    )
    return decide(
        claim,
        context.profile,
        "symbolic",
        [same],
        [("verified", {"rates agree": True}), ("refuted", {"rates agree": False})],
        evidence={"derived": str(derived), "difference": str(sympy.expand(derived - stated))},
        otherwise="a rate other than rho sqrt(nu_i nu_j)",
        reading="x and y are the roots of the two variances; no more is assumed of them",
    )
