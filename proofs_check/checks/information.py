"""Effective dimension, ranges of strikes, and the arithmetic of printed error columns."""

from __future__ import annotations

from proofs_check.certificate import Certificate, decide, scope_of
from proofs_check.exact import Tree, enclosure, inequality, positive_definite, tree
from proofs_check.ledger import Claim
from proofs_check.registry import Context, check


@check("C072")
def strikes_for_full_dimension(claim: Claim, context: Context) -> Certificate:
    """Find the least m at which the printed minimum reaches its cap.

    ``floor(log_2 m) + offset >= cap`` exactly when ``m >= 2^(cap - offset)``.
    """
    least: Tree = ["pow", "2", ["sub", ["datum", "cap"], ["datum", "offset"]]]
    found = str(scope_of(claim).number(least))
    statements = [
        inequality(
            "cap is reached where claimed and not before", least, "==", ["datum", "strikes"]
        ),
        inequality("repaired threshold", least, "==", found),
    ]
    first, second = (item["name"] for item in statements)
    return decide(
        claim,
        context.profile,
        "certified",
        statements,
        [("verified", {first: True}), ("corrected", {first: False, second: True})],
        evidence={
            "least_strikes": found,
            "repaired": f"the bound is at its cap from m = {found} on",
        },
        otherwise="an offset or cap for which 2^(cap - offset) is the number of strikes claimed",
        reading="the claim as a statement on the bound alone, which is all that the theorem has",
    )


@check("C073")
def dimension_at_the_noise(claim: Claim, context: Context) -> Certificate:
    """Evaluate (16), and what (15) gives when solved for n, in both bases of the logarithm."""
    names: dict[str, Tree] = {"H": ["datum", "hurst"], "sigma": ["datum", "noise"]}
    cap: Tree = ["datum", "cap"]
    printed = tree("(2*H+1)*log(1/sigma)", names)
    solved = tree("log(1/sigma)**(2*H+1)", names)
    base_ten = tree("(log(1/sigma)/log(10))**(2*H+1)", names)
    scope = scope_of(claim)
    forms = {
        "formula as printed, natural logarithm": printed,
        "decay solved for n": solved,
        "decay solved for n, base ten": base_ten,
    }
    statements = [
        inequality(f"{name}: above the cap", form, ">", cap) for name, form in forms.items()
    ]
    names_of = [item["name"] for item in statements]
    enclosures = [enclosure(name, form, scope) for name, form in forms.items()]
    return decide(
        claim,
        context.profile,
        "certified",
        [*statements, *enclosures],
        [
            ("refuted", dict.fromkeys(names_of, True)),
            ("verified", dict.fromkeys(names_of[:2], False)),
            ("refuted", {names_of[0]: True}),
        ],
        evidence={item["name"]: [item["lower"], item["upper"]] for item in enclosures},
        otherwise="noise above about two per cent, for which the formula is below the cap",
        reading="logarithm to base ten, where the printed formula gives 4.8: the decay that it is"
        " derived from, solved for n in that base, still exceeds the cap",
    )


@check("C074")
def decay_is_super_exponential(claim: Claim, context: Context) -> Certificate:
    """Compare the exponent of n with one."""
    exponent = tree(claim.data["exponent"], {"H": ["datum", "hurst"]})
    name = "exponent of n exceeds one"
    return decide(
        claim,
        context.profile,
        "certified",
        [inequality(name, exponent, ">", "1")],
        [("verified", {name: True}), ("refuted", {name: False})],
        evidence={"exponent": str(scope_of(claim).number(exponent))},
        otherwise="an exponent of n above one",
        reading="faster than exponential up to constants, which an exponent below one excludes",
    )


@check("C081", "C104")
def range_of_strikes(claim: Claim, context: Context) -> Certificate:
    """Turn log-moneyness into strikes, and compare with the percentages printed."""
    k: Tree = ["datum", "log_moneyness"]
    ends: dict[str, Tree] = {"lower": ["exp", ["neg", k]], "upper": ["exp", k]}
    scope = scope_of(claim)
    near = [
        inequality(
            f"{side} end as printed",
            ["abs", ["sub", value, ["datum", side]]],
            "<=",
            ["datum", "tolerance"],
        )
        for side, value in ends.items()
    ]
    repaired = [enclosure(f"{side} end", value, scope, 4) for side, value in ends.items()]
    return decide(
        claim,
        context.profile,
        "certified",
        [*near, *repaired],
        [
            ("verified", {item["name"]: True for item in near}),
            ("corrected", {item["name"]: True for item in repaired}),
        ],
        evidence={item["name"]: [item["lower"], item["upper"]] for item in repaired},
        otherwise="percentages within the tolerance of exp(-k) and exp(k)",
        reading="percentages rounded to the tolerance; the repaired range is enclosed",
    )


@check("C040")
def column_of_errors(claim: Claim, context: Context) -> Certificate:
    """Recompute the root mean square error with each estimate moved by half a unit.

    Squares are compared, so all is rational. Also tried: bias and printed standard error together.
    """
    pairs = ("rho_12", "rho_13", "rho_23")
    statements = []
    for row, line in enumerate(claim.tables["estimates"].rows):
        printed: Tree = ["cell", "estimates", row, "rmse"]
        gaps: list[Tree] = [
            ["abs", ["sub", ["cell", "estimates", row, pair], ["datum", "truth", place]]]
            for place, pair in enumerate(pairs)
        ]
        spread: Tree = ["datum", "standard_errors", row]
        for label, most, least in (
            ("bias", ["datum", "half_unit"], ["neg", ["datum", "half_unit"]]),
            ("bias and standard error", ["datum", "half_unit"], ["neg", ["datum", "half_unit"]]),
        ):
            extra: list[Tree] = [] if label == "bias" else [["pow", spread, "2"]]
            highest = _mean_square(gaps, most, extra)
            lowest = _mean_square(gaps, least, extra)
            above: Tree = ["add", printed, ["datum", "half_digit"]]
            below: Tree = ["sub", printed, ["datum", "half_digit"]]
            name = f"{line['method']}, {label}"
            statements += [
                inequality(f"{name}: not too small", highest, ">=", ["pow", below, "2"]),
                inequality(f"{name}: not too large", lowest, "<=", ["pow", above, "2"]),
            ]
    bias = {item["name"]: True for item in statements if ", bias:" in item["name"]}
    with_error = {item["name"]: True for item in statements if ", bias:" not in item["name"]}
    return decide(
        claim,
        context.profile,
        "reading",
        statements,
        [
            ("verified", bias),
            ("verified", with_error),
            *(("inconsistent", {one: False, other: False}) for one in bias for other in with_error),
        ],
        evidence={"rows": len(claim.tables["estimates"].rows)},
        otherwise="a column that one formula reproduces in every row to half a unit",
        reading="estimates within rounding, with or without the printed standard error added",
    )


def _mean_square(gaps: list[Tree], shift: Tree, extra: list[Tree]) -> Tree:
    squares: list[Tree] = [["pow", ["max", "0", ["add", gap, shift]], "2"] for gap in gaps]
    return ["add", ["div", ["add", *squares], str(len(gaps))], *extra]


@check("C041")
def true_matrix_is_a_correlation(claim: Claim, context: Context) -> Certificate:
    """Compute the leading principal minors in rationals."""
    first, second, third = (["datum", "correlations", place] for place in range(3))
    entries: list[list[Tree]] = [["1", first, second], [first, "1", third], [second, third, "1"]]
    name = "positive definite"
    return decide(
        claim,
        context.profile,
        "certified",
        [positive_definite(name, entries)],
        [("verified", {name: True}), ("refuted", {name: False})],
        evidence={"correlations": list(claim.data["correlations"])},
        otherwise="correlations whose determinant is not positive",
        reading="positive definite, not merely semi-definite",
    )
