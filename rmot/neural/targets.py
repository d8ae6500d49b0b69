"""Knows the quotes that a neural law is fitted to, and which of them it never sees.

Options on a price and on its volatility index, with the index's futures. Of each smile every n-th
strike is for validation, which chooses among weights; one whole smile of the price and one of the
index are a test that is looked at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rmot.errors import DataError, ParameterError
from rmot.market import OptionSurface, Smile
from rmot.numerics.black import black_otm, black_vega

Vector = NDArray[np.float64]
Role = Literal["train", "validation", "test"]
ROLES: tuple[Role, ...] = ("train", "validation", "test")


@dataclass(frozen=True, kw_only=True)
class QuoteChoice:
    """Which quotes are taken.

    Parameters
    ----------
    price_maturities, index_maturities : tuple of float
        Years; the expiry nearest to each is taken.
    price_test, index_test : float
        That of the smile which is a test, one of these.
    price_strikes, index_strikes : int
        Quotes of a smile, evenly thinned.
    price_deviations, index_deviations : tuple of float
        Lowest and highest log-moneyness, in units of volatility at the money times sqrt(T).
    validation_every : int
        Each so many-th strike is for validation.

    Raises
    ------
    ParameterError
        Naming the entry and the value given.
    """

    price_maturities: tuple[float, ...]
    index_maturities: tuple[float, ...]
    price_test: float
    index_test: float
    price_strikes: int = 16
    index_strikes: int = 12
    price_deviations: tuple[float, ...] = (-4.0, 2.0)
    index_deviations: tuple[float, ...] = (-1.0, 2.5)
    validation_every: int = 4

    def __post_init__(self) -> None:
        """Refuse what chooses nothing."""
        for kind in ("price", "index"):
            maturities = getattr(self, f"{kind}_maturities")
            test = getattr(self, f"{kind}_test")
            if len(maturities) < 2 or not all(t > 0.0 for t in maturities):
                raise ParameterError(f"expected two {kind}_maturities above 0; got {maturities}")
            if test not in maturities:
                raise ParameterError(f"expected {kind}_test among {maturities}; got {test}")
            if getattr(self, f"{kind}_strikes") < 4:
                raise ParameterError(
                    f"expected {kind}_strikes >= 4; got {getattr(self, f'{kind}_strikes')}"
                )
            ends = getattr(self, f"{kind}_deviations")
            if len(ends) != 2 or not ends[0] < 0.0 < ends[1]:
                raise ParameterError(f"expected {kind}_deviations around 0; got {ends}")
        if self.validation_every < 2:
            raise ParameterError(f"expected validation_every >= 2; got {self.validation_every}")


@dataclass(frozen=True, eq=False)
class SmileTarget:
    """One smile, out-of-the-money prices in units of its forward.

    Attributes
    ----------
    maturity, forward : float
        Years; the forward of an index in units of volatility, as 0.2.
    log_moneyness, implied_volatility, half_spread : ndarray, shape (m,)
        The last in units of volatility.
    role : ndarray of str, shape (m,)
        One of `ROLES` each.
    """

    maturity: float
    forward: float
    log_moneyness: Vector
    implied_volatility: Vector
    half_spread: Vector
    role: NDArray[np.str_]

    @property
    def price(self) -> Vector:
        """Black's out-of-the-money prices, in units of the forward."""
        return black_otm(self.log_moneyness, self.implied_volatility, self.maturity)

    @property
    def vega(self) -> Vector:
        """Black's, in units of the forward."""
        return black_vega(self.log_moneyness, self.implied_volatility, self.maturity)

    @property
    def is_test(self) -> bool:
        """Whether all of it is a test."""
        return bool(np.all(self.role == "test"))


@dataclass(frozen=True, eq=False)
class Targets:
    """All quotes of a day.

    Attributes
    ----------
    prices, index : tuple of SmileTarget
        By increasing maturity; forwards of the price are 1.
    data, sha256 : str
        ``"real"``, ``"synthetic"`` or ``"drawn"``, and what files they are.
    """

    prices: tuple[SmileTarget, ...]
    index: tuple[SmileTarget, ...]
    data: str
    sha256: str

    @property
    def price_dates(self) -> list[float]:
        """Maturities of the price's smiles."""
        return [smile.maturity for smile in self.prices]

    @property
    def index_dates(self) -> list[float]:
        """Maturities of the index's smiles."""
        return [smile.maturity for smile in self.index]


def targets_from_surfaces(
    price: OptionSurface, index: OptionSurface, choice: QuoteChoice
) -> Targets:
    """Choose among the quotes of a price and of its index, which files quote in points.

    Parameters
    ----------
    price, index : OptionSurface
        Of the price, and of its volatility index.
    choice : QuoteChoice

    Raises
    ------
    DataError
        If two maturities of the choice have the same nearest expiry, or one has too few quotes.
    """
    return Targets(
        _smiles(price, "price", choice, 1.0),
        _smiles(index, "index", choice, 100.0),
        price.source.kind if price.source.kind == index.source.kind else "mixed",
        f"{price.source.sha256} {index.source.sha256}",
    )


def target_of(
    maturity: float,
    forward: float,
    log_moneyness: Vector,
    implied_volatility: Vector,
    half_spread: Vector,
    *,
    test: bool,
    validation_every: int,
) -> SmileTarget:
    """Return a smile with the roles of its quotes."""
    role = np.full(log_moneyness.size, "test" if test else "train", dtype="<U10")
    if not test:
        role[validation_every // 2 :: validation_every] = "validation"
    return SmileTarget(
        float(maturity), float(forward), log_moneyness, implied_volatility, half_spread, role
    )


def _smiles(
    surface: OptionSurface, kind: str, choice: QuoteChoice, points: float
) -> tuple[SmileTarget, ...]:
    wanted = getattr(choice, f"{kind}_maturities")
    chosen = [min(surface.slices, key=lambda smile: abs(smile.maturity - t)) for t in wanted]
    if len({smile.label for smile in chosen}) < len(chosen):
        raise DataError(
            f"expected an expiry of its own for each of {kind}_maturities {wanted}; got "
            f"{', '.join(smile.label for smile in chosen)}"
        )
    found = [
        _target(smile, kind, choice, points, t == getattr(choice, f"{kind}_test"))
        for t, smile in zip(wanted, chosen, strict=True)
    ]
    return tuple(sorted(found, key=lambda target: target.maturity))


def _target(smile: Smile, kind: str, choice: QuoteChoice, points: float, test: bool) -> SmileTarget:
    at_money = float(np.interp(0.0, smile.log_moneyness, smile.implied_volatility))
    low, high = getattr(choice, f"{kind}_deviations")
    deviations = smile.log_moneyness / (at_money * np.sqrt(smile.maturity))
    inside = np.flatnonzero((deviations >= low) & (deviations <= high))
    count = getattr(choice, f"{kind}_strikes")
    if inside.size < count:
        raise DataError(
            f"expected {count} quotes of {smile.label} between {low} and {high} deviations; got "
            f"{inside.size}"
        )
    # even in moneyness: listed strikes crowd about the money
    places = np.linspace(deviations[inside[0]], deviations[inside[-1]], count)
    nearest = inside[np.argmin(np.abs(deviations[inside][:, None] - places), axis=0)]
    kept = smile.rows(np.unique(nearest))
    return target_of(
        smile.maturity,
        smile.forward / points if kind == "index" else 1.0,
        kept.log_moneyness,
        kept.implied_volatility,
        0.5 * (kept.ask_volatility - kept.bid_volatility),
        test=test,
        validation_every=choice.validation_every,
    )
