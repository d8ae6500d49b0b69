"""What the loss of expected signatures sees, and what nulls score in the table of fit.

Of a martingale M with bracket at most q, ``E exp(M) <= exp(q/2)`` and the median is at most
``sqrt(q)`` off zero; so a start v and a drift within D leave the mean over the median of ``v
exp(M + drift)`` at most ``exp(2 D + q/2 + sqrt(q))``.
"""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product

import sympy

from proofs_check.agreement import same
from proofs_check.alpha_model import read
from proofs_check.certificate import Certificate, decide, scope_of
from proofs_check.exact import Statement, Tree, inequality, tree
from proofs_check.ledger import Claim
from proofs_check.numeric import floating
from proofs_check.quadratic_forms import autocorrelation_of_a_walk
from proofs_check.registry import Context, check
from proofs_check.relations import hold_relations
from proofs_check.words import term, words

ORDER = 3

_TOLD = {
    "N062": ("refuted", "a variable that does not vary", "a Gaussian log-variance"),
    "N063": (
        "refuted",
        "a variance of log-variance that doubles the mean",
        "the network's drift at its bound, and starts as wide as the market's; over twenty bars of"
        " real time the bias is at most 0.4 per cent",
    ),
    "N064": (
        "refuted",
        "a penalty of a hundredth of the loss",
        "a mean ten per cent off in place of 0.3",
    ),
    "N065": (
        "refuted",
        "a loss above that of a perfect generator",
        "batches as configured, eleven terms of weight; each adds 1/batch in expectation, the"
        " law generated being the market's itself",
    ),
    "N069": (
        "refuted",
        "a ratio that the dynamics reach from one start",
        "the measured volatility of log-variance in place of the network's bound, and starts up to"
        " e^3 from the level; so the spread is that of the starts",
    ),
}


@check(*_TOLD)
def stated_of_the_loss(claim: Claim, context: Context) -> Certificate:
    """Hold what a sentence states of its numbers."""
    return hold_relations(claim, context, *_TOLD[claim.id], method="certified")


@check("N066")
def laws_with_the_same_expected_terms(claim: Claim, context: Context) -> Certificate:
    """Enumerate walks of two laws of increments, and compare expected terms and fourth moments."""
    bars = int(claim.data["bars"])

    def expected(word: str, law: str) -> Tree:
        atoms = range(len(claim.data[f"values_{law}"]))
        summands: list[Tree] = []
        for places in product(atoms, repeat=bars):
            steps: list[Tree] = [["datum", f"values_{law}", place] for place in places]
            chances = [["datum", f"weights_{law}", place] for place in places]
            summands.append(["mul", *chances, term(word, {"x": steps, "t": ["1"] * bars})])
        return ["add", *summands]

    statements = [
        inequality(word, expected(word, "1"), "==", expected(word, "2"))
        for order in range(1, ORDER + 1)
        for word in words(order)
    ]
    alike = {item["name"]: True for item in statements}
    fourth = inequality("fourth order", expected("xxxx", "1"), "==", expected("xxxx", "2"))
    return decide(
        claim,
        context.profile,
        "certified",
        [*statements, fourth],
        [
            ("refuted", {**alike, fourth["name"]: False}),
            *(("verified", {name: False}) for name in alike),
        ],
        evidence={"terms": len(alike), "bars": bars},
        otherwise="an expected term of order three at most that tells the laws apart",
        reading="independent increments, where the expected signature is that of one increment to"
        " a power: it has moments one to three, so that a loss of zero leaves the kurtosis open;"
        " any weights of the terms",
    )


@check("N067")
def kurtosis_of_pooled_steps(claim: Claim, context: Context) -> Certificate:
    """Compare the kurtosis of all steps together with the mean of that of each step."""
    atoms = range(len(claim.data["values"]))
    scales: list[Tree] = [["datum", "scales", i] for i in range(len(claim.data["scales"]))]

    def moment(order: str, scale: Tree) -> Tree:
        powers = (
            ["mul", ["datum", "weights", i], ["pow", ["mul", scale, ["datum", "values", i]], order]]
            for i in atoms
        )
        return ["add", *powers]

    def mean(parts: list[Tree]) -> Tree:
        return ["div", ["add", *parts], str(len(parts))]

    second, fourth = ([moment(k, scale) for scale in scales] for k in ("2", "4"))
    pooled: Tree = ["div", mean(fourth), ["pow", mean(second), "2"]]
    single = mean(
        [["div", f, ["pow", s, "2"]] for f, s in zip(fourth, second, strict=True)],
    )
    centred = inequality("laws are centred", ["add", *(moment("1", x) for x in scales)], "==", "0")
    statements = [centred, inequality("pooling inflates", pooled, ">", single)]
    higher = statements[1]["name"]
    return decide(
        claim,
        context.profile,
        "certified",
        statements,
        [
            ("verified", {centred["name"]: True, higher: True}),
            ("refuted", {centred["name"]: True, higher: False}),
        ],
        evidence={"scales": claim.data["scales"]},
        otherwise="steps of different variance",
        reading="windows cut from one series, whose steps have one law; each step's kurtosis, over"
        " paths, mixes levels across time as the pooled one does, and sample kurtosis of heavy"
        " tails grows with the sample",
    )


@check("N068")
def noise_of_the_kurtosis(claim: Claim, context: Context) -> Certificate:
    """Take the error of the sample kurtosis of a lognormal law that has the kurtosis printed.

    With standardised moments m_k its asymptotic variance times n is ``m8 - 4 m4 m6 + 4 m4^3 - m4^2
    + 16 m4 m3^2 - 8 m3 m5 + 16 m3^2``.
    """
    w = tree("w", {"w": ["datum", "w"]})

    def moment(order: int) -> Tree:
        """Give the central moment of exp of a Gaussian, over its mean; w is exp of the variance."""
        parts: list[Tree] = [
            [
                "mul",
                str((-1) ** (order - j) * math.comb(order, j)),
                ["pow", w, str(j * (j - 1) // 2)],
            ]
            for j in range(order + 1)
        ]
        return ["add", *parts]

    variance = moment(2)
    m: dict[int, Tree] = {
        k: ["div", moment(k), ["pow", variance, str(Fraction(k, 2))]] for k in (3, 4, 5, 6, 8)
    }
    total = tree(
        "m8 - 4*m4*m6 + 4*m4**3 - m4**2 + 16*m4*m3**2 - 8*m3*m5 + 16*m3**2",
        {f"m{k}": value for k, value in m.items()},
    )
    row = next(i for i, x in enumerate(claim.tables["fit"].rows) if x["metric"] == "kurtosis")
    market, neural = (["cell", "fit", row, name] for name in ("market", "neural"))
    gap: Tree = ["abs", ["sub", market, neural]]
    noise: Tree = ["mul", "2", ["sqrt", ["div", total, ["datum", "paths"]]]]
    excess: Tree = ["sub", m[4], "3"]
    statements = [
        inequality("the law is as printed", ["abs", ["sub", excess, market]], "<=", "1/2"),
        inequality("the gap exceeds two standard errors", gap, ">", noise),
    ]
    law, told = (item["name"] for item in statements)
    return decide(
        claim,
        context.profile,
        "certified",
        statements,
        [("verified", {law: True, told: True}), ("refuted", {law: True, told: False})],
        evidence={"formula": "asymptotic variance of the sample kurtosis"},
        otherwise="a gap that the number of paths resolves",
        reading="independent draws of a lognormal law, where errors are finite and least; a near"
        " match says as little as a wide one",
    )


@check("N070")
def against_constant_paths(claim: Claim, context: Context) -> Certificate:
    """Hold the model's errors against those of paths that stay where they start.

    Each step of these has the law of the starts, so that its metrics are those of the starts.
    """
    rows = [row["metric"] for row in claim.tables["fit"].rows]
    statements = []
    for metric in claim.data["metrics"]:
        market, neural, null = (
            ["cell", "fit", rows.index(metric), column]
            for column in ("market", "neural", claim.data["starts"])
        )
        own, others = (["abs", ["sub", x, market]] for x in (neural, null))
        statements.append(inequality(f"{metric} nearer than the null's", own, "<", others))
    names = [item["name"] for item in statements]
    return decide(
        claim,
        context.profile,
        "certified",
        statements,
        [
            *(("verified", {name: True}) for name in names),
            ("refuted", dict.fromkeys(names, False)),
        ],
        evidence={"null": f"constant paths from starts of the column {claim.data['starts']}"},
        otherwise="an error below that of paths that stay where they start",
        reading="starts drawn from the same series, each step then having their law; one metric"
        " that beats the null would do",
    )


@check("N071")
def autocorrelation_of_a_null(claim: Claim, context: Context) -> Certificate:
    """Hold the printed autocorrelation against that of short random walks."""
    row = next(i for i, x in enumerate(claim.tables["fit"].rows) if x["metric"] == "acf_1")
    market, neural = (["cell", "fit", row, name] for name in ("market", "neural"))
    allowed: Tree = ["abs", ["sub", market, neural]]
    statements, evidence = [], {}
    for points in claim.data["points"]:
        value, error = autocorrelation_of_a_walk(int(points))
        evidence[points] = {"value": value, "error": error}
        name = f"a walk of {points} points is farther than the model"
        gap: Tree = ["abs", ["sub", market, repr(value)]]
        item: Statement = inequality(name, gap, ">", allowed)
        statements += [
            {**item, "rests_on": "quadrature"},
            floating(f"quadrature of {points}", error, "<", 1e-6),
        ]
    far = [item["name"] for item in statements[::2]]
    sure = {item["name"]: True for item in statements[1::2]}
    return decide(
        claim,
        context.profile,
        "numeric",
        statements,
        [
            ("verified", {**dict.fromkeys(far, True), **sure}),
            *(("refuted", {name: False, **sure}) for name in far),
        ],
        evidence=evidence,
        otherwise="a walk of independent steps whose autocorrelation is farther from the market's"
        " than the model's",
        reading="autocorrelation at one bar within a path, about the path's own mean; points as"
        " many as steps, or one more",
        kind="computed",
    )


@check("N072")
def mean_of_rough_bergomi(claim: Claim, context: Context) -> Certificate:
    """Take the mean of ``xi exp(eta G - compensator)``, G being Gaussian with variance v."""
    eta, v = sympy.symbols("eta v", positive=True)
    compensator = read(claim.data["compensator"], eta=eta, v=v)
    level = same(
        "the mean is the curve that is put in", eta**2 * v / 2, compensator, scope_of(claim)
    )
    return decide(
        claim,
        context.profile,
        "symbolic",
        [level],
        [("refuted", {level["name"]: True}), ("verified", {level["name"]: False})],
        evidence={"mean": "xi(t) exp(eta^2 v/2 - compensator)"},
        otherwise="a mean that depends on the volatility of volatility",
        reading="the model as published: its mean variance is the forward variance curve, and any"
        " curve may be put in, the market's too",
    )
