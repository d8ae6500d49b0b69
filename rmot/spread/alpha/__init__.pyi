from .bilog import BilogPrice as BilogPrice
from .bilog import bilog_spread_call as bilog_spread_call
from .curvature import skew_covariation as skew_covariation
from .curvature import smile_observables as smile_observables
from .effective import SquareRootParameters as SquareRootParameters
from .effective import square_root_parameters as square_root_parameters
from .equivalents import equivalent_heston as equivalent_heston
from .equivalents import equivalent_parameters as equivalent_parameters
from .float_digitals import ArbitrageDigitals as ArbitrageDigitals
from .float_digitals import arbitrage_digitals as arbitrage_digitals
from .observable_gradients import ObservableGradient as ObservableGradient
from .observable_gradients import observable_gradient as observable_gradient
from .observables import FactorState as FactorState
from .observables import Observables as Observables
from .observables import asset_holdings as asset_holdings
from .observables import bilog_observables as bilog_observables
from .observables import logarithmic_observables as logarithmic_observables
from .observables import price_observables as price_observables
from .observables import relative_observables as relative_observables
from .observables import spread_holdings as spread_holdings
from .observables import square_root_observables as square_root_observables
from .projection import ProjectedPrices as ProjectedPrices
from .projection import SpreadProjection as SpreadProjection
from .projection import project_spread as project_spread
from .projection import projected_spread_call as projected_spread_call

__all__ = [
    "ArbitrageDigitals",
    "BilogPrice",
    "FactorState",
    "ObservableGradient",
    "Observables",
    "ProjectedPrices",
    "SpreadProjection",
    "SquareRootParameters",
    "arbitrage_digitals",
    "asset_holdings",
    "bilog_observables",
    "bilog_spread_call",
    "equivalent_heston",
    "equivalent_parameters",
    "logarithmic_observables",
    "observable_gradient",
    "price_observables",
    "project_spread",
    "projected_spread_call",
    "relative_observables",
    "skew_covariation",
    "smile_observables",
    "spread_holdings",
    "square_root_observables",
    "square_root_parameters",
]
