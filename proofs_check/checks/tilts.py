"""Laws of least relative entropy as tilts of the prior."""

from __future__ import annotations

from proofs_check.certificate import Certificate, decide, scope_of
from proofs_check.exact import Tree, identity, inequality, tree
from proofs_check.ledger import Claim
from proofs_check.registry import Context, check


@check("C063")
def optimal_law_is_a_tilt(claim: Claim, context: Context) -> Certificate:
    """Quote one call above its price under a Pareto prior of mean one.

    A density exp(-l (s-K)^+ - n s)/Z has total slope -(l + n) <= 0, as the prior has no exponential
    moments. Of all such laws of mean one none prices the call above the prior: the density falls
    throughout, and the mean with it, or rises up to K and falls beyond, so that it crosses one
    twice and the law of equal mean is the less spread. The least entropy is approached, not met.

    Where a tilt P* meets the quotes it is the optimum: log dP*/dP is a constant plus a multiple of
    the instruments, so that any Q with the same prices has KL(Q|P) = KL(Q|P*) + KL(P*|P).
    """
    names: dict[str, Tree] = {key: ["datum", key] for key in ("exponent", "strike", "quote")}
    names["x"] = tree("(exponent-1)/exponent", names)
    price = tree("x**exponent * strike**(1-exponent)/(exponent-1)", names)
    least: Tree = ["sub", ["datum", "quote"], ["datum", "noise"]]
    # On the atoms 1, 2, 3 laws of equal mass, mean and call price (strike 1) differ by
    # d (1, -2, 1).
    logs = [
        tree(f"d*{weight}*(c + l*{price - 1} + n*{price})")
        for weight, price in (("1", 1), ("(0-2)", 2), ("1", 3))
    ]
    above = inequality("quote exceeds the prior's price by more than the noise", least, ">", price)
    met = inequality("a law of mean one meets the quote", least, "<", "1")
    pythagoras = identity(
        "log of a tilt has one mean under laws of equal prices",
        ["add", *logs],
        "0",
        {"d": 1, "c": 1, "l": 1, "n": 1},
    )
    return decide(
        claim,
        context.profile,
        "symbolic",
        [above, met, pythagoras],
        [
            ("verified", {above["name"]: False, pythagoras["name"]: True}),
            ("corrected", {item["name"]: True for item in (above, met, pythagoras)}),
        ],
        evidence={
            "prior_price": str(scope_of(claim).number(price)),
            "repaired": "if a density of that form, martingale multipliers included, meets the "
            "quotes, it is the optimum; with a power tail it needs a total slope of at most zero, "
            "and for a call quoted above the prior's price there is none",
        },
        otherwise="a quote no higher than the prior's own price",
        reading="g stands for all instruments and the forward, expected prices within the noise "
        "of the quotes, an optimum that exists: then the form holds, but none need exist",
    )
