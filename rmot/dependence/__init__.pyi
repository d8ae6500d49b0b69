from .assumed import FactorCorrelation as FactorCorrelation
from .assumed import factor_correlation as factor_correlation
from .flat_copula import FlatPrices as FlatPrices
from .flat_copula import flat_prices as flat_prices
from .history import HistoricalCorrelation as HistoricalCorrelation
from .history import aligned_returns as aligned_returns
from .history import historical_correlation as historical_correlation
from .identified import AverageSet as AverageSet
from .identified import IdentifiedSet as IdentifiedSet
from .identified import identified_average as identified_average
from .identified import identified_set as identified_set
from .implied import ImpliedCorrelation as ImpliedCorrelation
from .implied import average_implied_correlation as average_implied_correlation
from .implied import implied_correlation as implied_correlation

__all__ = [
    "AverageSet",
    "FactorCorrelation",
    "FlatPrices",
    "HistoricalCorrelation",
    "IdentifiedSet",
    "ImpliedCorrelation",
    "aligned_returns",
    "average_implied_correlation",
    "factor_correlation",
    "flat_prices",
    "historical_correlation",
    "identified_average",
    "identified_set",
    "implied_correlation",
]
