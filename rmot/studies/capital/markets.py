"""What the methods need of a market: quotes, fitted laws, and the past of its assets.

The indices' chains and fits are those of `rmot.studies.index_basket_balls`. The funds are read at
the expiry nearest to six weeks that all of them have, American quotes as intervals of European
prices, and fitted at this expiry and the next but about a month.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rmot.calibration import FactorFit, Fit, calibrate
from rmot.dependence import HistoricalCorrelation, aligned_returns, historical_correlation
from rmot.errors import DataError, IdentificationWarning
from rmot.market import CarryRange, OptionChain, OptionSurface, Smile, read_chain, read_history
from rmot.models import RoughFactorModel, RoughHeston
from rmot.numerics.quantiles import Quantile
from rmot.studies import index_basket_balls as indices
from rmot.studies.capital.stress import INDEX
from rmot.studies.chains import RATES
from rmot.studies.dow.quotes import consistent
from rmot.studies.equal_weight import factor_fit
from rmot.studies.equal_weight.joint_law import PREFIX
from rmot.studies.index_basket import quoted_slice
from rmot.studies.index_fit import FIXED
from rmot.studies.study import Config
from rmot.studies.surfaces.candidates import near_the_money
from rmot.transport import Prior, Quotes, gaussian_copula, smile_quantile

Vector = NDArray[np.float64]

GAUSSIAN, FACTORS = "Gaussian copula", "rough factors"
FUND = "fund_"
SHORT, LONG = 42, 70
"""Days to the expiry that is charged, and to the one fitted beside it."""

QUOTES_EACH = {"quick": 12, "full": 24, "deep": 40}
QUOTES_FITTED = {"quick": 15, "full": None, "deep": None}
POINTS = indices.POINTS
_DAYS_A_YEAR = 252
_PARENT = {"SPX": "SPY", "NDX": "QQQ"}
_DRAWN = 4000


@dataclass(frozen=True, eq=False)
class Market:
    """Assets of one close and expiry, in units of their forwards.

    Attributes
    ----------
    assets : tuple of str
    maturity : float
    quotes : list of Quotes
    volatilities : tuple of float
        At the money.
    models : list of RoughHeston
        Of each asset alone.
    factors : RoughFactorModel
        Of all together.
    past : HistoricalCorrelation
        Of the year before the close.
    returns : DataFrame
        Daily log returns of the assets and, where there is one, of the volatility index.
    close : str
    data, data_sha256 : str
    """

    assets: tuple[str, ...]
    maturity: float
    quotes: list[Quotes]
    volatilities: tuple[float, ...]
    models: list[RoughHeston]
    factors: RoughFactorModel
    past: HistoricalCorrelation
    returns: pd.DataFrame
    close: str
    data: str
    data_sha256: str

    def marginals(self, models: list[RoughHeston] | None = None) -> list[Quantile]:
        """Return the law of each asset, of other models where they are given."""
        return [smile_quantile(model, self.maturity) for model in models or self.models]

    def reference(self, config: Config, models: list[RoughHeston] | None = None) -> Prior:
        """Return the marginals under a Gaussian copula with the past year's correlations."""
        return gaussian_copula(
            self.marginals(models),
            self.past.correlation,
            POINTS[config.profile],
            seed=config.seed,
        )

    def joint_factors(self, config: Config, model: RoughFactorModel | None = None) -> Prior:
        """Return the law of the assets under shared factors, or under another such model."""
        drawn = self.factors if model is None else model
        return drawn.prior(self.maturity, POINTS[config.profile], seed=config.seed)

    def within_reach(self, prior: Prior) -> list[Quotes]:
        """Return the quotes that lie within all but a thousandth of a sample's points."""
        found = []
        for column, every in zip(prior.points.T, self.quotes, strict=True):
            low, high = np.quantile(column, [indices.BEYOND, 1.0 - indices.BEYOND])
            kept = [j for j, payoff in enumerate(every.payoffs) if low < payoff.kinks[0] < high]
            payoffs = [every.payoffs[j] for j in kept]
            found.append(Quotes(payoffs, every.bid[kept], every.ask[kept]))
        return found


def index_market(config: Config) -> Market:
    """Return the two indices at the close of 2022-02-04, expiry 18 March."""
    surfaces = [quoted_slice(config, name) for name in indices.NAMES]
    smiles = [surface.slices[0] for surface in surfaces]
    close = f"{surfaces[0].valuation:%Y-%m-%d}"
    return Market(
        indices.NAMES,
        smiles[0].maturity,
        [Quotes.from_smile(smile) for smile in smiles],
        tuple(_at_the_money(smile) for smile in smiles),
        [Fit.load(config.inputs[f"{name}_fit"]).model for name in indices.NAMES],
        FactorFit.load(config.inputs["factors"]).model,
        indices.past_correlation(config, surfaces[0].valuation),
        _returns(config, {name: _PARENT[name] for name in indices.NAMES}, close),
        close,
        " and ".join(sorted({surface.source.kind for surface in surfaces})),
        " ".join(surface.source.sha256 for surface in surfaces),
    )


def fund_market(config: Config) -> Market:
    """Return the funds of ``fund_NAME``; without histories of all of them returns are drawn.

    Raises
    ------
    DataError
        There are fewer than two.
    """
    chains = {
        name.removeprefix(FUND): read_chain(path)
        for name, path in config.inputs.items()
        if name.startswith(FUND)
    }
    if len(chains) < 2:
        raise DataError(f"expected the chains of two funds or more; got {sorted(chains)}")
    expiries = common_expiries(list(chains.values()))
    surfaces = {name: _at(chain, expiries) for name, chain in chains.items()}
    each = [_of_surface(surface, expiries[0], config) for surface in surfaces.values()]
    smiles = [smile for smile, _, _ in each]
    close = f"{max(surface.valuation for surface in surfaces.values()):%Y-%m-%d}"
    joint = factor_fit.fit(
        {
            name: near_the_money(surface).thin(factor_fit.QUOTES[config.profile])
            for name, surface in surfaces.items()
        },
        factor_fit.STARTS[config.profile],
        config.seed,
    )
    returns = _returns(config, {name: name for name in chains}, close)
    past = returns[list(chains)].to_numpy()[-_DAYS_A_YEAR:]
    return Market(
        tuple(chains),
        smiles[0].maturity,
        [quotes for _, quotes, _ in each],
        tuple(_at_the_money(smile) for smile in smiles),
        [model for _, _, model in each],
        joint.model,
        historical_correlation(past, seed=config.seed),
        returns,
        close,
        " and ".join(sorted({chain.source.kind for chain in chains.values()})),
        " ".join(chain.source.sha256 for chain in chains.values()),
    )


def common_expiries(chains: list[OptionChain]) -> tuple[date, date]:
    """Return the expiries nearest to `SHORT` and `LONG` days that all chains have.

    Raises
    ------
    DataError
        They share fewer than two.
    """
    shared = sorted(set.intersection(*(set(chain.quotes["expiry"]) for chain in chains)))
    if len(shared) < 2:
        raise DataError(f"expected two expiries that all chains have; got {shared}")
    seen = min(chain.snapshot for chain in chains).date()
    first = min(shared, key=lambda day: abs((day - seen).days - SHORT))
    rest = [day for day in shared if day != first]
    return first, min(rest, key=lambda day: abs((day - seen).days - LONG))


def _at(chain: OptionChain, expiries: tuple[date, date]) -> OptionSurface:
    carry = CarryRange(rates=RATES) if chain.exercise == "american" else None
    return chain.surface(maturities=expiries, carry=carry)


def _of_surface(
    surface: OptionSurface, expiry: date, config: Config
) -> tuple[Smile, Quotes, RoughHeston]:
    thinned = surface.thin(QUOTES_EACH[config.profile])
    smile = next(one for one in thinned.slices if one.expiry == expiry)
    kept, _ = consistent(smile)
    every = Quotes.from_smile(smile)
    quotes = Quotes([every.payoffs[j] for j in kept], every.bid[kept], every.ask[kept])
    thin = QUOTES_FITTED[config.profile]
    fitted = near_the_money(surface)
    with warnings.catch_warnings():
        # Two expiries leave a combination of the parameters open, at prices that are all the same.
        warnings.simplefilter("ignore", IdentificationWarning)
        fit = calibrate(RoughHeston, fitted if thin is None else fitted.thin(thin), fixed=FIXED)
    return smile, quotes, fit.model


def _at_the_money(smile: Smile) -> float:
    return float(np.interp(0.0, smile.log_moneyness, smile.implied_volatility))


def _returns(config: Config, parents: dict[str, str], close: str) -> pd.DataFrame:
    """Return daily log returns up to the close, the volatility index's among them."""
    if any(PREFIX + own not in config.inputs for own in parents.values()):
        return drawn_returns(list(parents), config.seed)
    histories = {name: read_history(config.inputs[PREFIX + own]) for name, own in parents.items()}
    if INDEX in config.inputs:
        histories[INDEX] = read_history(config.inputs[INDEX])
    return aligned_returns(histories, end=close)


def drawn_returns(names: list[str], seed: int) -> pd.DataFrame:
    """Draw returns of one correlation and fat tails, and a volatility index that opposes them."""
    generator = np.random.default_rng(seed)
    common = generator.standard_t(4, (_DRAWN, 1))
    own = generator.standard_t(4, (_DRAWN, len(names)))
    share = indices.SYNTHETIC_CORRELATION
    moved = 0.008 * (np.sqrt(share) * common + np.sqrt(1.0 - share) * own)
    volatility = -4.0 * moved.mean(axis=1) + 0.03 * generator.standard_normal(_DRAWN)
    days = pd.bdate_range("2000-01-03", periods=_DRAWN)
    return pd.DataFrame(moved, index=days, columns=names).assign(**{INDEX: volatility})
