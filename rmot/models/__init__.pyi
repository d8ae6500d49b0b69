from .black_scholes import BlackScholes as BlackScholes
from .forward_variance import ForwardVariance as ForwardVariance
from .heston import Heston as Heston
from .protocol import TerminalLaw as TerminalLaw
from .rough_heston import RoughHeston as RoughHeston
from .sensitivities import Sensitivities as Sensitivities
from .small_time import SmallTimeRate as SmallTimeRate

__all__ = [
    "BlackScholes",
    "ForwardVariance",
    "Heston",
    "RoughHeston",
    "Sensitivities",
    "SmallTimeRate",
    "TerminalLaw",
]
