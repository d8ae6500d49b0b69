from .chain import OptionChain as OptionChain
from .chain import read_chain as read_chain
from .filters import DEFAULT_FILTERS as DEFAULT_FILTERS
from .filters import FilterReport as FilterReport
from .filters import MaximumAbsLogMoneyness as MaximumAbsLogMoneyness
from .filters import MaximumRelativeSpread as MaximumRelativeSpread
from .filters import MinimumPrice as MinimumPrice
from .filters import QuoteFilter as QuoteFilter
from .filters import Stale as Stale
from .histories import History as History
from .histories import read_history as read_history
from .parity import ParityFit as ParityFit
from .parity import fit_parity as fit_parity
from .readers.last_prices import LastPrices as LastPrices
from .readers.last_prices import read_last_prices as read_last_prices
from .realised import RealisedVariance as RealisedVariance
from .realised import read_realised_variance as read_realised_variance
from .registry import Dataset as Dataset
from .registry import DataSource as DataSource
from .surface import OptionSurface as OptionSurface
from .surface import Smile as Smile
from .vix_futures import VixFutures as VixFutures
from .vix_futures import read_vix_futures as read_vix_futures

__all__ = [
    "DEFAULT_FILTERS",
    "DataSource",
    "Dataset",
    "FilterReport",
    "History",
    "LastPrices",
    "MaximumAbsLogMoneyness",
    "MaximumRelativeSpread",
    "MinimumPrice",
    "OptionChain",
    "OptionSurface",
    "ParityFit",
    "QuoteFilter",
    "RealisedVariance",
    "Smile",
    "Stale",
    "VixFutures",
    "fit_parity",
    "read_chain",
    "read_history",
    "read_last_prices",
    "read_realised_variance",
    "read_vix_futures",
]
