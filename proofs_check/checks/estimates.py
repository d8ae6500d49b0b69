"""What printed estimates can show: differences, condition numbers and tests of normality."""

from __future__ import annotations

from itertools import combinations

from proofs_check.certificate import Certificate, decide, scope_of
from proofs_check.exact import Tree, identity, inequality, tree
from proofs_check.ledger import Claim
from proofs_check.registry import Context, check


@check("C065")
def exponents_are_distinct(claim: Claim, context: Context) -> Certificate:
    """Test each difference on the printed deviations, and on the smaller error of another table.

    Squares are compared, so all is rational: gap^2 against level^2 (s^2 + t^2).
    """
    rows = claim.tables["estimates"].rows
    statements = []
    for label in ("own deviations", "the smaller error"):
        for first, second in combinations(range(len(rows)), 2):
            values = [["cell", "estimates", row, "hurst"] for row in (first, second)]
            errors: list[Tree] = [
                ["cell", "estimates", row, "deviation"]
                if label == "own deviations"
                else ["datum", "smaller_error"]
                for row in (first, second)
            ]
            spread: Tree = ["add", *(["pow", error, "2"] for error in errors)]
            statements.append(
                inequality(
                    f"{rows[first]['asset']} and {rows[second]['asset']} differ, {label}",
                    ["pow", ["sub", *values], "2"],
                    ">",
                    ["mul", ["pow", ["datum", "level"], "2"], spread],
                )
            )
    half = len(statements) // 2
    names = [item["name"] for item in statements]
    return decide(
        claim,
        context.profile,
        "reading",
        statements,
        [
            ("verified", dict.fromkeys(names[:half], True)),
            *(
                ("refuted", {own: False, smaller: False})
                for own, smaller in zip(names[:half], names[half:], strict=True)
            ),
        ],
        evidence={
            "pairs_that_differ": sum(scope_of(claim).holds(item) for item in statements[:half]),
            "with_the_smaller_error": sum(
                scope_of(claim).holds(item) for item in statements[half:]
            ),
        },
        otherwise="differences of nearly two standard errors in every pair",
        reading="that the estimates show it, at 95 per cent for each pair and errors independent;"
        " some pair fails even with the standard error of Table 5 for all",
    )


@check("C111")
def condition_of_the_correlations(claim: Claim, context: Context) -> Certificate:
    """Bound the condition number by one pair: eigenvalues of a submatrix lie between the matrix's.

    The pair's are 1 + r and 1 - r, so the condition number is at least their ratio.
    """
    names: dict[str, Tree] = {
        "r": ["cell", "estimates", 0, "estimate"],
        "e": ["cell", "estimates", 0, "half_width"],
    }
    printed: Tree = ["add", ["datum", "condition"], ["datum", "half_unit"]]
    statements = [
        inequality(
            "condition number allows the estimate", tree("(1+r)/(1-r)", names), "<=", printed
        ),
        inequality(
            "condition number allows the interval's lower end",
            tree("(1+r-e)/(1-r+e)", names),
            "<=",
            printed,
        ),
    ]
    estimate, end = (item["name"] for item in statements)
    return decide(
        claim,
        context.profile,
        "reading",
        statements,
        [("verified", {estimate: True}), ("inconsistent", {estimate: False, end: False})],
        evidence={"least": float(scope_of(claim).number(tree("(1+r)/(1-r)", names)))},
        otherwise="a condition number of twelve or more, or a lower correlation of the indices",
        reading="the lower end of the printed interval, and the condition number in any induced"
        " norm, of which the ratio of eigenvalues is the least",
    )


@check("C113")
def test_shows_chance(claim: Claim, context: Context) -> Certificate:
    """Put a sequence without chance to the test: equally spaced quantiles of the normal law.

    Their levels are ``(i - 1/2)/n``, so the distance is 1/(2n) at each point on both sides, the
    least that n points can have: the chance of a distance no smaller is one. Otherwise that chance
    is at most ``2 exp(-2 n d^2)`` (Massart), with d the distance at the ends.
    """
    names: dict[str, Tree] = {"i": ["variable", "i"], "m": ["variable", "m"]}
    level = tree(claim.data["sequence"], names)
    degrees = {"i": 2, "m": 2}
    above = identity(
        "distance above is 1/(2n)",
        tree("i*m", names),
        ["add", level, tree("0.5*m", names)],
        degrees,
    )
    below = identity("and below", level, tree("(i-1)*m+0.5*m", names), degrees)
    unit: Tree = ["div", "1", ["datum", "seeds"]]
    ends = [
        tree(claim.data["sequence"], {"i": place, "m": unit}) for place in ("1", ["datum", "seeds"])
    ]
    distance: Tree = ["max", ends[0], ["sub", "1", ends[1]]]
    exponent: Tree = ["mul", "-2", ["datum", "seeds"], ["pow", distance, "2"]]
    statements = [
        above,
        below,
        inequality("printed p is at most one", ["datum", "p"], "<=", "1"),
        inequality(
            "test tells it from chance", ["mul", "2", ["exp", exponent]], "<", ["datum", "p"]
        ),
    ]
    upper, lower, possible, told = (item["name"] for item in statements)
    return decide(
        claim,
        context.profile,
        "symbolic",
        statements,
        [
            ("refuted", {upper: True, lower: True, possible: True}),
            ("verified", {upper: False, told: True}),
        ],
        evidence={"p_of_the_sequence": 1, "p_printed": claim.data["p"]},
        otherwise="a test that every sequence without chance fails",
        reading="passing as evidence, not proof: averages over many paths are nearly normal"
        " whatever the model, and a higher p belongs to a sequence without chance",
    )
