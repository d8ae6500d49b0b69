"""What Basel's formulas imply: where zones begin, how stresses add, what few dates can tell.

Zones begin where the cumulative probability of the exceptions reaches 95% and 99.99% (MAR99). With
``s`` the sum of n stresses and ``q`` that of their squares, MAR33.17 takes the root of
``(r s)^2 + (1 - r^2) q``.
"""

from __future__ import annotations

from itertools import combinations

from proofs_check.certificate import Certificate, all_or_none, decide, scope_of
from proofs_check.exact import Statement, Tree, identity, inequality, tree
from proofs_check.ledger import Claim
from proofs_check.registry import Context, check

_FACTORS = 3


@check("T018", "T019")
def zones_begin(claim: Claim, context: Context) -> Certificate:
    """Place both zones' least counts exactly, by the probabilities of them and of one fewer."""
    wrong: Tree = ["sub", "1", ["datum", "coverage"]]
    statements: list[Statement] = []
    for zone in ("amber", "red"):
        for label, count, relation in (
            ("one fewer", ["sub", ["datum", zone], "1"], "<"),
            ("as many", ["datum", zone], ">="),
        ):
            chance: Tree = ["binomial_cdf", ["datum", "observations"], count, wrong]
            name = f"{zone}: {label} or fewer {'below' if relation == '<' else 'reach'} the level"
            statements.append(inequality(name, chance, relation, ["datum", f"{zone}_level"]))
    scope = scope_of(claim)
    return decide(
        claim,
        context.profile,
        "certified",
        statements,
        all_or_none(statements),
        evidence={item["name"]: float(scope.number(item["left"])) for item in statements},
        otherwise="another number of observations, or another coverage",
        reading="independent exceptions, each with the probability that coverage leaves",
    )


def _sums() -> tuple[Tree, Tree, Tree]:
    """Return sum, sum of squares and sum of products of pairs of three stresses."""
    stresses: list[Tree] = [["variable", f"x{place}"] for place in range(_FACTORS)]
    pairs: list[Tree] = [["mul", a, b] for a, b in combinations(stresses, 2)]
    return (
        ["add", *stresses],
        ["add", *(["pow", stress, "2"] for stress in stresses)],
        ["add", *pairs],
    )


@check("T020")
def stresses_lie_between(claim: Claim, context: Context) -> Certificate:
    """Write the square's distance from both ends as products of pairs, with factors not negative.

    Each coefficient of these quadratic forms is of one stress or of a pair: three stresses have
    all that more of them would have.
    """
    total, squares, pairs = _sums()
    share: Tree = ["variable", "r"]
    square = tree(claim.data["square"], {"total": total, "squares": squares, "r": share})
    degrees = {"r": 2, **{f"x{place}": 2 for place in range(_FACTORS)}}
    above = tree("2*r**2*pairs", {"r": share, "pairs": pairs})
    below = tree("2*(1-r**2)*pairs", {"r": share, "pairs": pairs})
    low = "square less the squares is 2 r^2 times the pairs"
    high = "the sum's square less it is 2 (1 - r^2) times the pairs"
    statements = [
        identity(low, ["sub", square, squares], above, degrees),
        identity(high, ["sub", ["pow", total, "2"], square], below, degrees),
        inequality("r is not negative", ["datum", "r"], ">=", "0"),
        inequality("r is at most one", ["datum", "r"], "<=", "1"),
    ]
    return decide(
        claim,
        context.profile,
        "symbolic",
        statements,
        all_or_none(statements),
        evidence={"low": "root of the squares, at r = 0", "high": "sum, at r = 1"},
        otherwise="another weight of the squares",
        reading="stresses that are losses, none negative, in any number",
    )


@check("T021")
def sum_exceeds_the_rule(claim: Claim, context: Context) -> Certificate:
    """Bound the sum over the rule by 1/r, and evaluate it at many equal stresses."""
    total, squares, _ = _sums()
    share: Tree = ["variable", "r"]
    square = tree(claim.data["square"], {"total": total, "squares": squares, "r": share})
    rest = tree("(1-r**2)*squares + (r*total)**2", {"r": share, "squares": squares, "total": total})
    degrees = {"r": 2, **{f"x{place}": 2 for place in range(_FACTORS)}}
    names: dict[str, Tree] = {key: ["datum", key] for key in claim.data}
    equal = tree(
        claim.data["square"], {**names, "total": names["factors"], "squares": names["factors"]}
    )
    excess: Tree = ["sub", ["div", names["factors"], ["sqrt", equal]], "1"]
    statements = [
        identity("square is (r s)^2 and a part of the squares", square, rest, degrees),
        inequality("that part is not negative", tree("1-r**2", names), ">=", "0"),
        inequality("most is as claimed", tree("1/r-1", names), "==", names["excess"]),
        inequality(
            "equal stresses come near it", ["add", excess, names["near"]], ">=", names["excess"]
        ),
    ]
    return decide(
        claim,
        context.profile,
        "certified",
        statements,
        all_or_none(statements),
        evidence={"bound": "s / root of ((r s)^2 + (1 - r^2) q) <= 1/r"},
        otherwise="another correlation of the rule",
        reading="the larger of sum and floor where the floor is idle",
    )


@check("T022")
def few_dates_tell_little(claim: Claim, context: Context) -> Certificate:
    """Find the exact test's least count of exceptions, and its power."""

    def at_least(count: Tree, rate: str) -> Tree:
        fewer: Tree = ["sub", count, "1"]
        return [
            "sub",
            "1",
            ["binomial_cdf", ["datum", "observations"], fewer, ["datum", rate]],
        ]

    count: Tree = ["datum", "rejects_from"]
    power = at_least(count, "true_rate")
    gap: Tree = ["abs", ["sub", power, ["datum", "power"]]]
    statements = [
        inequality("as many are rare enough", at_least(count, "rate"), "<=", ["datum", "size"]),
        inequality(
            "one fewer is not",
            at_least(["sub", count, "1"], "rate"),
            ">",
            ["datum", "size"],
        ),
        inequality("power as stated", gap, "<=", ["datum", "half_unit"]),
    ]
    return decide(
        claim,
        context.profile,
        "certified",
        statements,
        all_or_none(statements),
        evidence={"power": float(scope_of(claim).number(power))},
        otherwise="more observations, or a rate further off",
        reading="independent exceptions",
    )
