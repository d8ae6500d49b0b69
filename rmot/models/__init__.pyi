from ._simulated_law import Simulation as Simulation
from .black_scholes import BlackScholes as BlackScholes
from .forward_variance import ForwardVariance as ForwardVariance
from .heston import Heston as Heston
from .path_dependent_volatility import PathDependentVolatility as PathDependentVolatility
from .price_paths import PricePaths as PricePaths
from .protocol import SmileModel as SmileModel
from .protocol import TerminalLaw as TerminalLaw
from .rough_bergomi import RoughBergomi as RoughBergomi
from .rough_heston import RoughHeston as RoughHeston
from .sabr import SABR as SABR
from .sensitivities import Sensitivities as Sensitivities
from .small_time import SmallTimeRate as SmallTimeRate
from .ssvi import SSVI as SSVI
from .svi import SVI as SVI
from .two_factor_bergomi import TwoFactorBergomi as TwoFactorBergomi

__all__ = [
    "SABR",
    "SSVI",
    "SVI",
    "BlackScholes",
    "ForwardVariance",
    "Heston",
    "PathDependentVolatility",
    "PricePaths",
    "RoughBergomi",
    "RoughHeston",
    "Sensitivities",
    "Simulation",
    "SmallTimeRate",
    "SmileModel",
    "TerminalLaw",
    "TwoFactorBergomi",
]
