"""Running signatures: how they are updated, what they tell apart, what statistics of them show."""

from __future__ import annotations

from typing import Any

import flint
import sympy

from proofs_check.agreement import same
from proofs_check.alpha_model import read
from proofs_check.certificate import Certificate, decide, scope_of
from proofs_check.exact import Statement, Tree, inequality, tree
from proofs_check.ledger import Claim
from proofs_check.registry import Context, check
from proofs_check.relations import hold_relations
from proofs_check.words import STATE, STEP, along_a_line, component, tensors, term, words

ORDER = 3
CHEN = {
    1: "S_1 + dx",
    2: "S_2 + S_1*dx + dx*dx/2",
    3: "S_3 + S_2*dx + S_1*dx*dx/2 + dx*dx*dx/6",
}

_TOLD = {
    "N052": (
        "corrected",
        "a dimension of fourteen with the constant counted",
        "the terms above order zero, which are fourteen; the constant is a fifteenth coordinate",
    ),
    "N053": ("inconsistent", "another count of the terms", "with the constant, and without it"),
    "N058": (
        "refuted",
        "a product of slopes that stays within the bound for all weights",
        "the step of real time and a tenth of a year; over twenty bars the product is near one, but"
        " the state is fed back as in any recurrent network, and the document clips gradients",
    ),
    "N093": (
        "refuted",
        "terms of history that are not small beside the present value",
        "weights alike for all inputs, as training starts with; with x within the reach, the terms"
        " in one letter are functions of time and present value, those in both at most 3 T x,"
        " 11/2 T x^2 and 6 T^2 x together: without a scale of their own they are lost",
    ),
    "N060": (
        "refuted",
        "a norm to which variance contributes",
        "the printed norm rounded up; terms in time alone, of a time from 0 to 1, have the norm"
        " sqrt(46)/6 = 1.1304 for all paths",
    ),
}


@check(*_TOLD)
def stated_of_signatures(claim: Claim, context: Context) -> Certificate:
    """Hold what a sentence states of its numbers."""
    return hold_relations(claim, context, *_TOLD[claim.id], method="certified")


@check("N049", "N050", "N051")
def update_by_one_segment(claim: Claim, context: Context) -> Certificate:
    """Hold each component of a printed update against iterated integrals over one more segment."""
    order, scope = int(claim.data["order"]), scope_of(claim)
    statements = [
        same(f"{form}, {word}", component(text, word), along_a_line(word), scope)
        for form, text in (("as printed", claim.data["update"]), ("as repaired", CHEN[order]))
        for word in words(order)
    ]
    names = [item["name"] for item in statements]
    printed, repaired = names[: len(names) // 2], names[len(names) // 2 :]
    return decide(
        claim,
        context.profile,
        "symbolic",
        statements,
        [
            ("verified", dict.fromkeys(names, True)),
            *(("corrected", {name: False, **dict.fromkeys(repaired, True)}) for name in printed),
        ],
        evidence={"repaired": CHEN[order], "components": len(printed)},
        otherwise="components equal to the iterated integrals",
        reading="all terms on the right those before the step",
    )


@check("N054")
def cost_of_an_update(claim: Claim, context: Context) -> Certificate:
    """Count the products that form a tensor: one of order k has d^k components in d dimensions."""
    d = sympy.Symbol("d")
    cost = sum(
        (d**order for order, text in CHEN.items() for _, told in tensors(text) if len(told) > 1),
        start=sympy.Integer(0),
    )
    degree = sympy.Poly(cost, d).degree()
    statement = inequality("degree of the count", str(degree), "==", ["datum", "power"])
    return decide(
        claim,
        context.profile,
        "symbolic",
        [{**statement, "rests_on": "symbolic count"}],
        [("verified", {statement["name"]: True}), ("corrected", {statement["name"]: False})],
        evidence={"multiplications": str(cost)},
        otherwise="a count of another degree",
        reading="products formed anew at each step; shared ones change the factor, not the degree",
    )


def _increments(claim: Claim, path: str) -> dict[str, list[Tree]]:
    """Give the increments of a path with a node a unit of time."""
    nodes = range(len(claim.data[path]) - 1)
    steps: list[Tree] = [["sub", ["datum", path, i + 1], ["datum", path, i]] for i in nodes]
    return {"x": steps, "t": ["1" for _ in steps]}


@check("N055", "N056")
def terms_tell_paths_apart(claim: Claim, context: Context) -> Certificate:
    """Compare two paths, the terms of theirs, and a continuous function that has other values."""
    first, second = (_increments(claim, path) for path in ("path_1", "path_2"))
    statements = [
        inequality(word, term(word, first), "==", term(word, second))
        for order in range(1, ORDER + 1)
        for word in words(order)
    ]
    alike = {item["name"]: True for item in statements}
    cubes = [["mul", "6", term(claim.data["function"], path)] for path in (first, second)]
    apart = inequality("a function of the path differs", cubes[0], "==", cubes[1])
    return decide(
        claim,
        context.profile,
        "certified",
        [*statements, apart],
        [
            ("refuted", {**alike, apart["name"]: False}),
            *(("verified", {name: False}) for name in alike),
        ],
        evidence={"terms": len(alike), "function": "the integral of the cube, of order four"},
        otherwise="two paths that one of the fourteen terms tells apart",
        reading="both paths end at one value, so that the network's other input is the same too;"
        " linear functions of terms of all orders are dense on compact sets of such paths, which"
        " is the theorem meant, and no basis",
    )


@check("N057")
def state_of_the_process(claim: Claim, context: Context) -> Certificate:
    """Ask what the update needs besides state and increment, and how large the state is.

    The rank of the terms' derivatives in the increments, at a rational broken line.
    """
    letters = {str(x) for text in claim.data["updates"] for x in read(text).free_symbols}
    outside = sorted(letters - {*STATE, STEP})
    segments = 6
    symbols: dict[str, list[Tree]] = {
        letter: [["variable", f"{letter}_{place}"] for place in range(segments)] for letter in "tx"
    }
    everything = [sympy.Symbol(x[1]) for letter in "tx" for x in symbols[letter]]
    point: Any = {x: sympy.Rational(7 * i * i + 3 * i + 2, 5 + i) for i, x in enumerate(everything)}
    terms = [
        _formula(term(word, symbols)) for order in range(1, ORDER + 1) for word in words(order)
    ]
    rows = [[sympy.diff(formula, x).subs(point) for x in everything] for formula in terms]
    jacobian = flint.fmpq_mat(
        [[flint.fmpq(int(entry.p), int(entry.q)) for entry in row] for row in rows]
    )
    alone = inequality("state and increment suffice", str(len(outside)), "==", "0")
    five = inequality("free coordinates of the terms", str(jacobian.rank()), "==", "5")
    statements: list[Statement] = [
        {**alone, "rests_on": "reading of a formula"},
        {**five, "rests_on": "rational elimination"},
    ]
    return decide(
        claim,
        context.profile,
        "certified",
        statements,
        [
            ("corrected", {alone["name"]: True, five["name"]: True}),
            ("verified", {alone["name"]: False}),
        ],
        evidence={"outside": outside, "terms": len(rows), "rank": jacobian.rank()},
        otherwise="an update that needs more of the past than the state",
        reading="log-variance alone is no Markov process, as no single coordinate of one needs to"
        " be; with the signature it is one, of five coordinates that move by smooth equations",
    )


def _formula(expression: Tree) -> Any:
    """Read an expression of sums, products and quotients."""
    if isinstance(expression, str):
        return sympy.Rational(expression)
    head, *parts = expression
    if head == "variable":
        return sympy.Symbol(parts[0])
    values = [_formula(part) for part in parts]
    if head == "add":
        return sympy.Add(*values)
    return values[0] / values[1] if head == "div" else sympy.Mul(*values)


@check("N059")
def weight_of_time_in_the_loss(claim: Claim, context: Context) -> Certificate:
    """Compare the loss of terms in time alone, and of mixed ones, with that of the others.

    Two laws of one increment x of a straight path over the time 1.
    """

    def expected(word: str, law: str) -> Tree:
        atoms = range(len(claim.data[law]))
        values = [term(word, {"t": ["1"], "x": [["datum", law, place]]}) for place in atoms]
        return ["div", ["add", *values], str(len(values))]

    def loss(kinds: tuple[str, ...]) -> Tree:
        gaps = [
            ["sub", expected(word, "law_1"), expected(word, "law_2")]
            for order in range(1, ORDER + 1)
            for word in words(order)
            if _kind(word) in kinds
        ]
        return ["add", *(["mul", gap, gap] for gap in gaps)]

    most: Tree = ["mul", ["datum", "times"], loss(("value",))]
    statements = [
        inequality("terms in time alone", loss(("time",)), ">=", most),
        inequality("with mixed ones", loss(("time", "mixed")), ">=", most),
        inequality("laws differ", loss(("value",)), ">", "0"),
    ]
    time, mixed, differ = (item["name"] for item in statements)
    return decide(
        claim,
        context.profile,
        "certified",
        statements,
        [
            ("verified", {time: True, differ: True}),
            ("verified", {mixed: True, differ: True}),
            ("refuted", {time: False, mixed: False, differ: True}),
        ],
        evidence={"words": sum(1 for n in range(1, ORDER + 1) for _ in words(n))},
        otherwise="a contribution of time that exceeds the others so many times",
        reading="mixed terms counted with time; terms in time alone are the same for all paths, so"
        " that their differences are zero",
    )


def _kind(word: str) -> str:
    return {"t": "time", "x": "value"}.get("".join(sorted(set(word))), "mixed")


@check("N061")
def correlation_of_expected_terms(claim: Claim, context: Context) -> Certificate:
    """Correlate the expected terms of Brownian motions of two volatilities, with time.

    ``E S = exp(T e_t + v/2 e_x e_x)`` with v the variance over T, so that among fourteen terms
    those that do not vanish are T, T^2/2, T^3/6, v/2 for ``xx`` and T v/4 for ``txx`` and ``xxt``.
    """
    names = {key: ["datum", key] for key in ("steps", "increment", "factor")}
    narrow = tree("steps*increment**2", {**names})
    variances = {"a": narrow, "b": tree("v*factor**2", {**names, "v": narrow})}
    statements = []
    for place, horizon in enumerate(claim.data["horizons"]):
        bound: dict[str, Tree] = {"T": ["datum", "horizons", place], **variances}
        across, one, two = (
            tree(
                f"T**2*(1 + T**2/4 + T**4/36) + {x}*{y}*(1/4 + T**2/8)"
                f" - (T + T**2/2 + T**3/6 + {x}*(1 + T)/2)"
                f"*(T + T**2/2 + T**3/6 + {y}*(1 + T)/2)/14",
                bound,
            )
            for x, y in ("ab", "aa", "bb")
        )
        square: Tree = ["div", ["mul", across, across], ["mul", one, two]]
        limit: Tree = ["pow", ["datum", "prints_as_one"], "2"]
        statements.append(inequality(f"told apart over {horizon}", square, "<", limit))
    names_of = [item["name"] for item in statements]
    return decide(
        claim,
        context.profile,
        "certified",
        statements,
        [
            *(("verified", {name: True}) for name in names_of),
            ("refuted", dict.fromkeys(names_of, False)),
        ],
        evidence={"factor": claim.data["factor"]},
        otherwise="a correlation that falls short of one for another volatility",
        reading="time from 0 to 1, and time in years; any volatility between the two does as well",
    )
