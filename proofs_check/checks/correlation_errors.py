"""What the sources say of the error of an estimated correlation, held against one another."""

from __future__ import annotations

from typing import Any

import sympy

from proofs_check.certificate import Certificate, decide
from proofs_check.exact import Statement, Tree, identity, inequality, tree
from proofs_check.formulas import formula
from proofs_check.ledger import Claim
from proofs_check.registry import Context, check


def _consistent(
    claim: Claim,
    context: Context,
    statements: list[Statement],
    *,
    evidence: dict[str, Any],
    otherwise: str,
    reading: str,
) -> Certificate:
    """Call passages consistent if all statements hold."""
    whole = {item["name"]: True for item in statements}
    return decide(
        claim,
        context.profile,
        "symbolic",
        statements,
        [("verified", whole), *(("inconsistent", {name: False}) for name in whole)],
        evidence=evidence,
        otherwise=otherwise,
        reading=reading,
    )


@check("C016")
def bound_follows_from_the_derivative(claim: Claim, context: Context) -> Certificate:
    """Invert the sum of m squared derivatives, and compare exponents with those of the bound."""
    hurst, delta, gap, m, sigma = sympy.symbols("H delta d m sigma", positive=True)
    derivative, bound = (claim.data[key] for key in ("derivative", "bound"))
    exponents = {
        name: [formula(table[name], H=hurst) for table in (derivative, bound)]
        for name in ("range", "gap")
    }
    size: Any = delta ** exponents["range"][0] * gap ** exponents["gap"][0]
    derived = sympy.simplify(sigma / (size * sympy.sqrt(m)))
    names: dict[str, Tree] = {"H": ["datum", "hurst"]}
    statements = [
        inequality(
            f"exponent of the {name}",
            tree(bound[name], names),
            "==",
            ["neg", tree(derivative[name], names)],
        )
        for name in exponents
    ]
    statements.append(inequality("exponent of the strikes", tree(bound["strikes"]), "==", "-1/2"))
    agree = sympy.solve(sum(exponents["range"]), hurst)
    return _consistent(
        claim,
        context,
        statements,
        evidence={"derived_bound": str(derived), "agree_at_H": [str(value) for value in agree]},
        otherwise="a bound with the exponent of the range reversed in sign, as the others are",
        reading="constants left free. As an inequality for unbiased estimators (3.1) is idle: from"
        " single assets there is none, an estimate having one mean at all correlations (C014)",
    )


@check("C086")
def information_scales_as_stated(claim: Claim, context: Context) -> Certificate:
    """Compare exponents with a sum over quotes, with Remark 3.2 and with the other paper."""
    strikes, gap, std_strikes, std_gap = (
        ["datum", key] for key in ("strikes", "gap", "std_strikes", "std_gap")
    )
    gap_size = sympy.Symbol("d", positive=True)
    limit = sympy.limit(gap_size ** formula(claim.data["gap"]), gap_size, 0, "+")
    statements = [
        inequality("a sum over quotes grows with their number", strikes, "==", "1"),
        inequality("information vanishes with the gap, as in the remark", gap, ">", "0"),
        inequality("strikes as in the other paper", strikes, "==", ["mul", "-2", std_strikes]),
        inequality("gap as in the other paper", gap, "==", ["mul", "-2", std_gap]),
    ]
    return _consistent(
        claim,
        context,
        statements,
        evidence={
            "information_as_the_gap_closes": str(limit),
            "passages": ["002 Theorem 3.3 (ii)", "002 (3)", "002 Remark 3.2", "001 (3.1)"],
        },
        otherwise="information that grows with m and with the square of the gap",
        reading="read as the standard error's inverse, m^(1/2) is right, but it still grows as the"
        " gap closes; true information is zero (C014)",
    )


@check("C087")
def condition_number_scales_as_stated(claim: Claim, context: Context) -> Certificate:
    """Find how the condition number grows when what is left for the correlation is d^p.

    ``[[1, b], [b, b^2 + d^p]]`` leaves ``d^p`` once the other parameter is eliminated, and its
    condition number k has ``k + 1/k + 2 = trace^2 / determinant``.
    """
    d, b = sympy.symbols("d b", positive=True)
    power = -2 * formula(claim.data["std_gap"])
    matrix: Any = sympy.Matrix([[1, b], [b, b**2 + d**power]])
    growth = sympy.limit(matrix.trace() ** 2 / matrix.det() * d**power, d, 0, "+")
    condition, information, std_gap = (
        ["datum", key] for key in ("condition", "information", "std_gap")
    )
    statements = [
        inequality(
            "condition number as the other paper's bound makes it",
            condition,
            "==",
            ["mul", "2", std_gap],
        ),
        inequality(
            "condition number as the theorem's information makes it",
            condition,
            "==",
            ["neg", ["abs", information]],
        ),
        inequality("information vanishes with the gap, as the proof ends", information, ">", "0"),
    ]
    return _consistent(
        claim,
        context,
        statements,
        evidence={
            "condition_number": f"d^-({power}) times {growth}",
            "passages": ["002 C.2", "002 Theorem 3.3 (ii)", "001 (3.1), Lemma 2.3"],
        },
        otherwise="information that falls like the square of the gap, and its inverse",
        reading="the information on marginal parameters stays bounded, only the exponent of the"
        " gap is compared, and the theorem's growing information may be the largest eigenvalue;"
        " of one correlation alone the condition number is one",
    )


@check("C019")
def transform_gives_the_sensitivity(claim: Claim, context: Context) -> Certificate:
    """Try the printed transform on a law whose sensitivity is known.

    For log-normal prices ``d phi / dw = -(v^2 + iv)/2 phi(v)`` in the total variance w, and
    ``dC/dw = K f(k) / 2``. As ``1/(2 pi) int phi(u - i) e^{-iuk} du = K f(k)``, and without the
    shift it is f(k), the formula is right when the integrand's quotient is one half and v = u - i.
    """
    u = sympy.Symbol("u", real=True)
    shift = formula(claim.data["shift"])
    moved = u - sympy.I * shift
    sensitivity = sympy.expand(-(moved**2 + sympy.I * moved))
    kernel = sympy.expand(formula(claim.data["kernel"], u=u))
    repaired = sympy.expand(-((u - sympy.I) ** 2 + sympy.I * (u - sympy.I)))
    names: dict[str, Tree] = {"u": ["variable", "u"]}

    def agree(name: str, left: Any, right: Any) -> Statement:
        sides = (tree(str(side), names) for side in (left, right))
        return identity(name, next(sides), next(sides), {"u": 2})

    statements = [
        inequality("as many variables as dimensions", ["datum", "dimensions"], "==", "1"),
        inequality("argument is shifted by one", ["datum", "shift"], "==", "1"),
        agree("kernel, real part", sympy.re(kernel), sympy.re(sensitivity)),
        agree("kernel, imaginary part", sympy.im(kernel), sympy.im(sensitivity)),
        agree("repaired, real part", sympy.re(kernel), sympy.re(repaired)),
        agree("repaired, imaginary part", sympy.im(kernel), sympy.im(repaired)),
    ]
    *printed, real, imaginary = (item["name"] for item in statements)
    right = {real: True, imaginary: True}
    return decide(
        claim,
        context.profile,
        "symbolic",
        statements,
        [
            ("verified", dict.fromkeys(printed, True)),
            *(("corrected", {name: False, **right}) for name in printed),
        ],
        evidence={
            "kernel": str(kernel),
            "sensitivity": str(sensitivity),
            "repaired": "1/(2 pi) int over the real line of the derivative of phi at u - i,"
            " e^(-iu log K), over (iu)(1 + iu)",
        },
        otherwise="one dimension, and the derivative of phi taken at u - i",
        reading="a misprint for one dimension, any parameter in place of the correlation, at which"
        " the derivative is zero (C018): the missing shift still gives a wrong sensitivity",
    )
