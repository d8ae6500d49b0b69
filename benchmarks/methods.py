"""Knows the engine and its peers as functions that price one smile, each the way its users would.

A peer of QuantLib gets options and quadrature nodes made beforehand; what is timed is model, engine
and the 50 prices. Its engine keeps the characteristic function between strikes of one maturity, so
that the first price carries the work. QuantLib refuses mean reversion 0 and is given 1e-12.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np
import QuantLib as ql  # noqa: N813 - the short name that its own manual uses

from benchmarks.parameter_sets import Case
from benchmarks.reference import Parameters
from benchmarks.volterra_elements import Real
from rmot.models import RoughHeston

Price = Callable[[Parameters], Real]
"""Out-of-the-money prices, at strikes and a maturity already chosen, of the model given."""

_TODAY = ql.Date(2, 7, 2026)
_LEAST_MEAN_REVERSION = 1e-12
_ADAMS = ql.AnalyticRoughHestonEngine.AdamsPredictorCorrector
_PADE = ql.AnalyticRoughHestonEngine.Pade
_LIFTED = ql.AnalyticRoughHestonEngine.Lifted


@dataclass(frozen=True)
class Method:
    """A way to price.

    Attributes
    ----------
    name : str
    setting : str
        What tells it from others of the same name.
    prepare : callable
        (case, log-moneyness) -> Price.
    """

    name: str
    setting: str
    prepare: Callable[[Case, Real], Price]


def engine(tolerance: float | None = None) -> Method:
    """Price with `rmot`, at its default tolerance or at that price error."""

    def prepare(case: Case, k: Real) -> Price:
        intrinsic = np.expm1(np.minimum(k, 0.0))

        def price(parameters: Parameters) -> Real:
            model = RoughHeston(**asdict(parameters))
            if tolerance is None:
                return model.call_price(k, case.maturity) + intrinsic
            return model.call_price(k, case.maturity, tolerance=tolerance) + intrinsic

        return price

    return Method("rmot", "default" if tolerance is None else f"{tolerance:.0e}", prepare)


def _market() -> tuple[ql.YieldTermStructureHandle, ql.QuoteHandle]:
    ql.Settings.instance().evaluationDate = _TODAY
    flat = ql.FlatForward(_TODAY, 0.0, ql.Actual365Fixed())
    return ql.YieldTermStructureHandle(flat), ql.QuoteHandle(ql.SimpleQuote(1.0))


def _peer(name: str, setting: str, build: Callable[[ql.HestonProcess, float], object]) -> Method:
    def prepare(case: Case, k: Real) -> Price:
        rates, spot = _market()
        exercise = ql.EuropeanExercise(_TODAY + case.days)
        options = [
            ql.VanillaOption(
                ql.PlainVanillaPayoff(ql.Option.Call if x >= 0.0 else ql.Option.Put, strike),
                exercise,
            )
            for x, strike in zip(k.tolist(), np.exp(k).tolist(), strict=True)
        ]

        def price(parameters: Parameters) -> Real:
            process = ql.HestonProcess(
                rates,
                rates,
                spot,
                parameters.initial_variance,
                max(parameters.mean_reversion, _LEAST_MEAN_REVERSION),
                parameters.long_run_variance,
                parameters.vol_of_vol,
                parameters.correlation,
            )
            pricing_engine = build(process, parameters.hurst)
            prices = np.empty(len(options))
            for place, option in enumerate(options):
                option.setPricingEngine(pricing_engine)
                prices[place] = option.NPV()
            return prices

        return price

    return Method(name, setting, prepare)


def _rough(
    name: str, approximation: int, steps: int = 256, order: int = 128, factors: int = 20
) -> Method:
    integration = ql.FourierIntegration.gaussLaguerre(order)

    def build(process: ql.HestonProcess, hurst: float) -> object:
        model = ql.RoughHestonModel(process, hurst)
        # the constructor's own defaults, but with nodes that are not computed anew each time
        return ql.AnalyticRoughHestonEngine(
            model, integration, steps, 1e-25, -0.5, approximation, factors
        )

    factor_remark = f", {factors} factors" if approximation == _LIFTED else ""
    return _peer(name, f"{order} nodes, {steps} steps{factor_remark}", build)


def _heston(process: ql.HestonProcess, _: float) -> object:
    return ql.AnalyticHestonEngine(ql.HestonModel(process))


def _heston_tight(process: ql.HestonProcess, _: float) -> object:
    integration = ql.FourierIntegration.expSinh(1e-12)
    contour = ql.AnalyticHestonEngine.AngledContour
    return ql.AnalyticHestonEngine(ql.HestonModel(process), contour, integration, 1e-14)


ENGINE = engine()
ADAMS = _rough("Adams, default", _ADAMS)
PEERS = (
    ADAMS,
    _rough("Adams, fine", _ADAMS, steps=1024, order=192),
    _rough("Pade", _PADE),
    _rough("lifted", _LIFTED),
)
CLASSICAL_PEERS = (
    _peer("Heston, default", "144 nodes", _heston),
    _peer("Heston, tight", "exp-sinh 1e-12", _heston_tight),
)

LADDERS = {
    "rmot": tuple(engine(tolerance) for tolerance in (1e-6, 1e-8, 1e-10, 1e-12, 1e-14)),
    "Adams": tuple(_rough("Adams", _ADAMS, steps) for steps in (32, 64, 128, 256, 512)),
    "Pade": tuple(_rough("Pade", _PADE, steps) for steps in (32, 128, 512)),
    "lifted": tuple(
        _rough("lifted", _LIFTED, steps, factors=factors)
        for steps, factors in ((64, 5), (128, 10), (256, 20), (512, 40), (512, 80))
    ),
}
"""Settings of each method from cheap to dear, for errors against time."""
