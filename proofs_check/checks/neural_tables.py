"""What the neural model's printed tables and passages say of each other."""

from __future__ import annotations

from proofs_check.certificate import Certificate
from proofs_check.checks.printed import printed_arithmetic
from proofs_check.ledger import Claim
from proofs_check.registry import Context, check
from proofs_check.relations import hold_relations

check("N024", "N025", "N026", "N027", "N028")(printed_arithmetic)

# Verdict against, what would be otherwise, and the reading allowed for.
_TOLD = {
    "N023": ("inconsistent", "a mean farther off", "means as printed, not within their rounding"),
    "N029": ("inconsistent", "the gap of that phase's own table", "rounding of both passages"),
    "N030": ("inconsistent", "the same gap of one model", "rounding of both passages"),
    "N031": (
        "refuted",
        "a lower loss with signatures than without, or a gap beyond the error",
        "the one column that it wins, by less than the error printed of that quantity",
    ),
    "N032": ("inconsistent", "estimates below one half, all of them", "as printed"),
    "N033": (
        "refuted",
        "an interval that ends below one half",
        "the market's own estimate with the same scatter; the error taken as one standard error",
    ),
    "N034": (
        "inconsistent",
        "a distance from one half beyond the scatter of the estimate",
        "the scatter that the document prints for its estimates",
    ),
    "N035": (
        "refuted",
        "a correlation that rises as the model is mended",
        "either correlation as a measure of fit: it is perfect where the mean is twice too high",
    ),
    "N036": (
        "inconsistent",
        "levels under both measures that differ as the errors do",
        "rounding of both levels; the text itself finds faults of the program instead",
    ),
    "N037": (
        "corrected",
        "a difference of squares of two to four points",
        "the difference of the volatilities themselves has that size",
    ),
    "N038": (
        "inconsistent",
        "no script left with the old noise",
        "the script that prices for the table alone; it is one of those named",
    ),
    "N039": ("inconsistent", "the same series in both passages", "either frequency of bars"),
    "N040": (
        "inconsistent",
        "levels within a quarter of the market's",
        "a quarter off taken for realistic; the last phase finds twice the market's mean",
    ),
    "N041": (
        "refuted",
        "errors of models with a smile on the same quotes, held out",
        "the least of three such errors; one flat volatility is the weakest model of all",
    ),
    "N042": (
        "inconsistent",
        "a backtest of the trained model's prices",
        "synthetic smiles as a trial",
    ),
    "N043": ("inconsistent", "a mean of the regimes that differs", "rounding of shares and levels"),
    "N044": ("inconsistent", "ends eight orders apart", "a factor of ten more either way"),
    "N045": (
        "corrected",
        "a third power of the horizon over six of that size",
        "the time of a single bar in place of the path's, and a factor of ten more",
    ),
    "N046": (
        "refuted",
        "weights, and whether the volatility contains the return that it is held against",
        "squares in place of absolute values: with weights that fall by the factor d and returns"
        " of constant volatility the correlation is sqrt(1 - d^2)",
    ),
    "N047": (
        "refuted",
        "levels of the futures from which the speed follows",
        "an exponential approach of the futures curve to the long-run level",
    ),
    "N048": ("inconsistent", "no number that the program holds itself", "as the list says"),
}


@check(*_TOLD)
def stated_of_tables(claim: Claim, context: Context) -> Certificate:
    """Hold what a sentence states of printed numbers."""
    return hold_relations(claim, context, *_TOLD[claim.id])
