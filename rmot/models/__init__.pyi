from .black_scholes import BlackScholes as BlackScholes
from .forward_variance import ForwardVariance as ForwardVariance
from .heston import Heston as Heston
from .protocol import TerminalLaw as TerminalLaw
from .rough_heston import RoughHeston as RoughHeston

__all__ = ["BlackScholes", "ForwardVariance", "Heston", "RoughHeston", "TerminalLaw"]
