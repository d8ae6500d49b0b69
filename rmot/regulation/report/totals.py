"""Step 5 of the workflow: charges of positions added up, by MAR33.17 and MAR23."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rmot.regulation.report.results import Capital, PositionResult, Total
from rmot.regulation.residual_risk import residual_risk_add_on
from rmot.regulation.stress_capital import stress_capital


def capital_of(results: Sequence[PositionResult]) -> Capital:
    """Return the totals: stress capital over positions with a factor that may not be modelled."""
    notional = math.fsum(each.notional for each in results)
    premium = math.fsum(abs(each.premium) for each in results)

    def total(kind: str, attribute: str) -> Total:
        parts: dict[str, list[float]] = {
            "other": [],
            "idiosyncratic equity": [],
            "idiosyncratic credit": [],
        }
        for each in results:
            if not each.modellable:
                parts[each.risk_class].append(getattr(each, attribute))
        found = stress_capital(
            parts["idiosyncratic credit"], parts["idiosyncratic equity"], parts["other"]
        )
        charges = math.fsum(value for listed in parts.values() for value in listed)
        return Total(
            kind,
            charges,
            found.total,
            found.idiosyncratic_credit,
            found.idiosyncratic_equity,
            found.other,
            found.total / notional if notional else math.nan,
            found.total / premium if premium else math.nan,
        )

    residual = residual_risk_add_on(
        exotic=[each.notional for each in results if each.residual == "exotic"],
        other=[each.notional for each in results if each.residual == "other"],
    )
    return Capital(
        notional,
        premium,
        len(results),
        sum(not each.modellable for each in results),
        total("ball, by side", "charge"),
        total("ball, larger side", "either"),
        total("ball over correlations, by side", "over_correlation_charge"),
        total("classical, by side", "classical_charge"),
        total("classical, larger side", "classical_either"),
        total("97.5% shortfall to expiry", "shortfall"),
        residual.total,
        residual.exotic,
        residual.other,
    )
