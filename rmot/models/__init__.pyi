from .black_scholes import BlackScholes as BlackScholes
from .forward_variance import ForwardVariance as ForwardVariance
from .heston import Heston as Heston
from .protocol import SmileModel as SmileModel
from .protocol import TerminalLaw as TerminalLaw
from .rough_heston import RoughHeston as RoughHeston
from .sabr import SABR as SABR
from .sensitivities import Sensitivities as Sensitivities
from .small_time import SmallTimeRate as SmallTimeRate
from .ssvi import SSVI as SSVI
from .svi import SVI as SVI

__all__ = [
    "SABR",
    "SSVI",
    "SVI",
    "BlackScholes",
    "ForwardVariance",
    "Heston",
    "RoughHeston",
    "Sensitivities",
    "SmallTimeRate",
    "SmileModel",
    "TerminalLaw",
]
