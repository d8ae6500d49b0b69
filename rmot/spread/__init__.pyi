from .basket import BasketPrices as BasketPrices
from .basket import basket_call_price as basket_call_price
from .basket import simulated_basket_call as simulated_basket_call
from .basket_vegas import BasketVegas as BasketVegas
from .basket_vegas import basket_vegas as basket_vegas
from .bisabr import BiSABR as BiSABR
from .bisabr_paths import SimulatedCalls as SimulatedCalls
from .bisabr_paths import simulated_bisabr_call as simulated_bisabr_call
from .copula_options import CopulaSpreadOptions as CopulaSpreadOptions
from .copula_options import copula_spread_options as copula_spread_options
from .copulas import GaussianCopula as GaussianCopula
from .copulas import StudentCopula as StudentCopula
from .kirk import kirk_spread_call as kirk_spread_call
from .marginals import SmileMarginal as SmileMarginal
from .marginals import smile_marginal as smile_marginal
from .spread_bound import LowerBound as LowerBound
from .spread_bound import spread_call_lower_bound as spread_call_lower_bound
from .spread_claims import SpreadDigitals as SpreadDigitals
from .spread_claims import spread_claim as spread_claim
from .spread_claims import spread_digitals as spread_digitals
from .spread_paths import SimulatedSpread as SimulatedSpread
from .spread_paths import simulated_spread_call as simulated_spread_call
from .two_assets import SeveralAssetOption as SeveralAssetOption
from .two_assets import spread_call as spread_call
from .two_assets import two_asset_call as two_asset_call

__all__ = [
    "BasketPrices",
    "BasketVegas",
    "BiSABR",
    "CopulaSpreadOptions",
    "GaussianCopula",
    "LowerBound",
    "SeveralAssetOption",
    "SimulatedCalls",
    "SimulatedSpread",
    "SmileMarginal",
    "SpreadDigitals",
    "StudentCopula",
    "basket_call_price",
    "basket_vegas",
    "copula_spread_options",
    "kirk_spread_call",
    "simulated_basket_call",
    "simulated_bisabr_call",
    "simulated_spread_call",
    "smile_marginal",
    "spread_call",
    "spread_call_lower_bound",
    "spread_claim",
    "spread_digitals",
    "two_asset_call",
]
