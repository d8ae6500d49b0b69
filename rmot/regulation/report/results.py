"""What a capital report holds, step by step; each figure with what it rests on."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rmot.artifact.files import write_json
from rmot.regulation.scenarios import StressScenarios
from rmot.regulation.shocks import Shock

Vector = NDArray[np.float64]

FORMAT = "rmot capital report 1"


@dataclass(frozen=True)
class DataUsed:
    """One file of quotes: `kind` is real, synthetic or unregistered."""

    asset: str
    id: str
    sha256: str
    kind: str
    valuation: str
    exercise: str


@dataclass(frozen=True)
class SmileCheck:
    """Step 1 of one smile, reported and not acted upon.

    Attributes
    ----------
    strikes : int
        With a usable quote, before thinning.
    enough : bool
        At least 50.
    tight : float
        Share of the quotes whose bid-ask is below 5% of the middle of their price.
    median_spread, median_volatility_spread : float
        Of the price, relative; in implied volatility.
    dropped : int
        Rows of this expiry that the reader or a filter refused as unusable.
    """

    asset: str
    expiry: date
    settlement: str
    forward: float
    discount_factor: float
    strikes: int
    enough: bool
    tight: float
    median_spread: float
    median_volatility_spread: float
    dropped: int


@dataclass(frozen=True)
class FactorCheck:
    """Whether a risk factor may be modelled (MAR31.13), and the days that say so."""

    factor: str
    modellable: bool
    reason: str
    source: str


@dataclass(frozen=True, eq=False)
class SmileFit:
    """Quoted and fitted volatilities of one smile, at its log-moneynesses."""

    expiry: date
    settlement: str
    log_moneyness: Vector
    bid: Vector
    ask: Vector
    fitted: Vector


@dataclass(frozen=True, eq=False)
class AssetFit:
    """Step 2 of one asset: parameters, errors, what quotes determine, and how they are met.

    `root_mean_square_error` is in implied volatility, 0.01 a point; errors are Cramér-Rao's, and
    those that allow for the misfit.
    """

    asset: str
    parameters: dict[str, float]
    standard_errors: dict[str, float]
    misfit_standard_errors: dict[str, float]
    held: tuple[str, ...]
    at_bound: tuple[str, ...]
    effective_dimension: int
    free: int
    condition_number: float
    quotes: int
    root_mean_square_error: float
    reduced_chi_squared: float
    within_spread: float
    warnings: tuple[str, ...]
    smiles: tuple[SmileFit, ...]


@dataclass(frozen=True)
class PairCheck:
    """Step 3 of one pair and maturity: the correlation used, its source, what marginals leave."""

    first: str
    second: str
    expiry: date
    value: float
    lower: float
    upper: float
    source: str
    identified_lower: float
    identified_upper: float


@dataclass(frozen=True)
class HedgeOrder:
    """One order of a static hedge, in currency; bought if positive."""

    asset: str
    instrument: str
    strike: float | None
    units: float
    cost: float


@dataclass(frozen=True)
class Interval:
    """Bounds of one kind, in units of the forward."""

    lower: float
    upper: float
    gap: float


@dataclass(frozen=True, eq=False)
class PositionResult:
    """Steps 4 and 5 of one position, and its charges in currency.

    Attributes
    ----------
    charge, either : float
        Between price and the bound against the side; of the larger side (001, Algorithm 1, 5).
    over_correlation : Interval or None
        Of the balls around the laws at both ends of the correlation's interval and the one used;
        None where the input has no interval, or one asset needs none.
    over_correlation_charge : float
        As `charge`, to that interval; `charge` itself where there is none.
    classical_charge, classical_either : float
        The same with the sharp classical bounds.
    charge_error : float
        The gap and twice the sampling error, in currency.
    shortfall : float
        97.5% expected shortfall of the position held alone to expiry, under the calibrated law.
    premium : float
        What charges are put in relation to; `premium_given` says whether the file gave it.
    hedge_shortfall, hedge_deviation : float
        What the ball's hedge may leave at expiry, on the prior's points, and its deviation.
    """

    name: str
    assets: tuple[str, ...]
    description: str
    side: str
    expiry: date
    settlement: str
    maturity: float
    notional: float
    discount_factor: float
    modellable: bool
    factors: tuple[str, ...]
    risk_class: str
    residual: str
    law: str
    radius: float
    radius_rule: str
    least_radius: float
    price: float
    ball: Interval
    classical: Interval
    over_correlation: Interval | None
    sampling_error: float | None
    support_limited: bool
    tail_relaxed: bool
    quotes_met: int
    quotes_left_out: int
    charge: float
    either: float
    over_correlation_charge: float
    classical_charge: float
    classical_either: float
    charge_error: float
    shortfall: float
    premium: float
    premium_given: bool
    hedge: tuple[HedgeOrder, ...]
    hedge_cost: float
    hedge_charge: float
    hedge_shortfall: float
    hedge_deviation: float
    shocks: tuple[Shock, ...]
    scenarios: StressScenarios | None = field(repr=False)


@dataclass(frozen=True)
class Failure:
    """A position that could not be bounded, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Total:
    """Stress capital (MAR33.17) of one kind of charge, and what it is a share of."""

    kind: str
    charges: float
    stress_capital: float
    idiosyncratic_credit: float
    idiosyncratic_equity: float
    other: float
    share_of_notional: float
    share_of_premium: float


@dataclass(frozen=True)
class Capital:
    """The book's totals: gross notional and premium of all positions bounded, and their capital."""

    notional: float
    premium: float
    positions: int
    not_modellable: int
    ball: Total
    either: Total
    over_correlation: Total
    classical: Total
    classical_either: Total
    shortfall: Total
    residual_risk: float
    residual_exotic: float
    residual_other: float


@dataclass(frozen=True, eq=False)
class CapitalReport:
    """A book's daily report; `save` writes all of it but the scenarios' points.

    Attributes
    ----------
    name, currency, version : str
        Of the book, of its amounts, of this program.
    close : date
    method : dict of str to str
        How bounds were made, in words.
    assumptions : tuple of str
    data : tuple of DataUsed
        Files of quotes, with kind and hash.
    quotes, factors : tuple of SmileCheck, tuple of FactorCheck
        Step 1: smiles and risk factors.
    fits : tuple of AssetFit
        Step 2.
    pairs : tuple of PairCheck
        Step 3: correlations.
    positions : tuple of PositionResult
        Steps 4 and 5: bounds, hedges, charges in currency.
    failures : tuple of Failure
        Positions that are in no total.
    capital : Capital
    """

    name: str
    currency: str
    close: date
    version: str
    method: dict[str, str]
    assumptions: tuple[str, ...]
    data: tuple[DataUsed, ...]
    quotes: tuple[SmileCheck, ...]
    factors: tuple[FactorCheck, ...]
    fits: tuple[AssetFit, ...]
    pairs: tuple[PairCheck, ...]
    positions: tuple[PositionResult, ...]
    failures: tuple[Failure, ...]
    capital: Capital

    @property
    def data_kind(self) -> str:
        """Which kinds of data it rests on, such as ``"real and synthetic"``."""
        return " and ".join(sorted({each.kind for each in self.data}))

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values that JSON can hold; what is no number is null."""
        return {"format": FORMAT, "data_kind": self.data_kind, **_plain(self)}

    def save(self, path: str | Path) -> None:
        """Write the report as JSON, whole or not at all."""
        write_json(path, self.to_dict())


def _plain(value: Any) -> Any:
    if isinstance(value, StressScenarios):
        return {"scenarios": len(value), "charge": value.charge}
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    if isinstance(value, np.ndarray):
        return [_plain(each) for each in value.tolist()]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
