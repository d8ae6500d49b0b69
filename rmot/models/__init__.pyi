from ._simulated_law import Simulation as Simulation
from .black_scholes import BlackScholes as BlackScholes
from .factor_marginal import FactorMarginal as FactorMarginal
from .factor_paths import FactorPaths as FactorPaths
from .forward_variance import ForwardVariance as ForwardVariance
from .heston import Heston as Heston
from .normal_factor import NormalFactorModel as NormalFactorModel
from .normal_law import NormalHeston as NormalHeston
from .normal_law import NormalLaw as NormalLaw
from .normal_law import NormalOptions as NormalOptions
from .path_dependent_volatility import PathDependentVolatility as PathDependentVolatility
from .price_paths import LognormalPaths as LognormalPaths
from .price_paths import PricePaths as PricePaths
from .protocol import JointLaw as JointLaw
from .protocol import SmileModel as SmileModel
from .protocol import TerminalLaw as TerminalLaw
from .rough_bergomi import RoughBergomi as RoughBergomi
from .rough_factor import RoughFactorModel as RoughFactorModel
from .rough_heston import RoughHeston as RoughHeston
from .sabr import SABR as SABR
from .sensitivities import Sensitivities as Sensitivities
from .small_time import SmallTimeRate as SmallTimeRate
from .spectral_sequence import SpectralSequence as SpectralSequence
from .ssvi import SSVI as SSVI
from .svi import SVI as SVI
from .two_dates import TwoDateLaw as TwoDateLaw
from .two_dates import two_date_law as two_date_law
from .two_factor_bergomi import TwoFactorBergomi as TwoFactorBergomi
from .variance_factor import DriftedFactor as DriftedFactor
from .variance_factor import VarianceFactor as VarianceFactor
from .volatility_index import index_prior as index_prior
from .wishart import WishartModel as WishartModel

__all__ = [
    "SABR",
    "SSVI",
    "SVI",
    "BlackScholes",
    "DriftedFactor",
    "FactorMarginal",
    "FactorPaths",
    "ForwardVariance",
    "Heston",
    "JointLaw",
    "LognormalPaths",
    "NormalFactorModel",
    "NormalHeston",
    "NormalLaw",
    "NormalOptions",
    "PathDependentVolatility",
    "PricePaths",
    "RoughBergomi",
    "RoughFactorModel",
    "RoughHeston",
    "Sensitivities",
    "Simulation",
    "SmallTimeRate",
    "SmileModel",
    "SpectralSequence",
    "TerminalLaw",
    "TwoDateLaw",
    "TwoFactorBergomi",
    "VarianceFactor",
    "WishartModel",
    "index_prior",
    "two_date_law",
]
