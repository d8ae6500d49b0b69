"""What neural laws are trained on: SPX and VIX options of one close, or of a truth that is known.

The truth is a rough Bergomi law, with the maturities and strikes of the config; it stands in where
market data are absent, and the recovery study learns it in any case.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rmot.market import OptionSurface, read_chain
from rmot.market.synthetic_surface import TrueSmile, synthetic_surface
from rmot.models import RoughBergomi, Simulation
from rmot.models.forward_variance import ForwardVariance
from rmot.neural import NeuralVolterra, QuoteChoice, Targets, TrainingConfig, read_config
from rmot.neural.coordinates import Coordinates
from rmot.neural.shape import Shape
from rmot.neural.targets import targets_from_surfaces
from rmot.numerics.implied_volatility import implied_volatility_otm
from rmot.studies.study import Config

Vector = NDArray[np.float64]

HURST, VOL_OF_VOL, CORRELATION = 0.1, 1.6, -0.75
CURVE = ForwardVariance((0.1, 0.3, 0.7), (0.04, 0.045, 0.05))
PATHS = {"quick": 1 << 11, "full": 1 << 15, "deep": 1 << 17}
INDEX_SEED = 7
NOISE = {"price": 0.002, "index": 0.02}
"""Half a spread, in volatility; mids are true."""

STEPS = {"quick": 50, "full": 400, "deep": 400}
TRAINING_PATHS = {"quick": 512, "full": 4096, "deep": 8192}
STRIKES = {"quick": 8, "full": 20, "deep": 20}


@dataclass(frozen=True, eq=False)
class Quoted:
    """Surfaces of a price and of its index, and what a training takes of them."""

    price: OptionSurface
    index: OptionSurface
    targets: Targets


def training_config(config: Config) -> TrainingConfig:
    """Return the training of the file `config` as a profile takes it, with the study's seed."""
    given = read_config(config.inputs["config"], TrainingConfig)
    steps, strikes = STEPS[config.profile], STRIKES[config.profile]
    descent, network = given.descent, replace(given.network, seed=config.seed)
    return replace(
        given,
        descent=replace(descent, steps=steps, warm_up=min(descent.warm_up, steps // 8)),
        sampling=replace(given.sampling, paths=TRAINING_PATHS[config.profile], seed=config.seed),
        network=replace(network, depth=0) if config.case == "bergomi" else network,
        quotes=replace(given.quotes, price_strikes=strikes, index_strikes=strikes),
    )


def quoted(config: Config, choice: QuoteChoice) -> Quoted:
    """Take the chains SPX and VIX if the study has them and its case is not the truth."""
    if config.case != "truth" and {"SPX", "VIX"} <= set(config.inputs):
        price, index = (read_chain(config.inputs[name]).surface() for name in ("SPX", "VIX"))
    else:
        price, index = true_surfaces(choice, PATHS[config.profile])
    targets = targets_from_surfaces(price, index, choice)
    if config.case == "truth":
        # they stand in for no market's
        targets = replace(targets, data="drawn")
    return Quoted(price, index, targets)


def truth(paths: int) -> RoughBergomi:
    """Return the law behind synthetic quotes."""
    return RoughBergomi(
        hurst=HURST,
        vol_of_vol=VOL_OF_VOL,
        correlation=CORRELATION,
        forward_variance=CURVE,
        simulation=Simulation(paths=paths, steps_per_year=128, least_steps=24),
    )


def true_surfaces(choice: QuoteChoice, paths: int) -> tuple[OptionSurface, OptionSurface]:
    """Quote the truth's prices, and its index in points."""
    law = truth(paths)
    at_money = np.sqrt(CURVE.variances[0])
    smiles = []
    for maturity in sorted(choice.price_maturities):
        deviation = at_money * np.sqrt(maturity)
        low, high = choice.price_deviations
        k = np.linspace(low, high, 4 * choice.price_strikes) * deviation
        noise = np.full(k.size, NOISE["price"])
        smiles.append(TrueSmile(maturity, k, law.implied_volatility(k, maturity), noise))
    of_index = _index_law()
    futures, index_smiles = [], []
    dates = sorted(choice.index_maturities)
    samples = of_index.index_at(dates, 2 * paths, INDEX_SEED, steps=64)
    for maturity, index in zip(dates, samples.T, strict=True):
        future = float(index.mean())
        spread = float(np.std(np.log(index)))
        low, high = choice.index_deviations
        k = np.linspace(1.2 * low, 1.2 * high, 5 * choice.index_strikes) * spread
        sign = np.where(k < 0.0, -1.0, 1.0)
        price = np.maximum(sign * (index[:, None] / future - np.exp(k)), 0.0).mean(axis=0)
        volatility = implied_volatility_otm(price, k, maturity)
        # where no path comes, there is no volatility to quote
        kept = volatility > 2.0 * NOISE["index"]
        noise = np.full(int(kept.sum()), NOISE["index"])
        futures.append(future)
        index_smiles.append(TrueSmile(maturity, k[kept], volatility[kept], noise))
    surface = synthetic_surface(index_smiles, None, "VIX")
    slices = tuple(
        replace(smile, forward=100 * future, strike=100 * future * np.exp(smile.log_moneyness))
        for smile, future in zip(surface.slices, futures, strict=True)
    )
    return synthetic_surface(smiles, None, "SPX"), replace(surface, slices=slices)


def _index_law() -> NeuralVolterra:
    """Return the same law in the form that knows its index: without a network."""
    shape = Shape.rough_bergomi(VOL_OF_VOL, 1, 1, 0)
    coordinates = Coordinates.at(HURST, CORRELATION, CURVE.variances, shape)
    return NeuralVolterra(coordinates=coordinates, pieces=CURVE.times)
