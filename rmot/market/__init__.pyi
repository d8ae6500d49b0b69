from .american import AmericanParityFit as AmericanParityFit
from .american import CarryRange as CarryRange
from .chain import OptionChain as OptionChain
from .chain import read_chain as read_chain
from .filters import DEFAULT_FILTERS as DEFAULT_FILTERS
from .filters import FilterReport as FilterReport
from .filters import MaximumAbsLogMoneyness as MaximumAbsLogMoneyness
from .filters import MaximumRelativeSpread as MaximumRelativeSpread
from .filters import MinimumPrice as MinimumPrice
from .filters import QuoteFilter as QuoteFilter
from .parity import ParityFit as ParityFit
from .parity import fit_parity as fit_parity
from .registry import Dataset as Dataset
from .registry import DataSource as DataSource
from .surface import OptionSurface as OptionSurface
from .surface import Smile as Smile

__all__ = [
    "DEFAULT_FILTERS",
    "AmericanParityFit",
    "CarryRange",
    "DataSource",
    "Dataset",
    "FilterReport",
    "MaximumAbsLogMoneyness",
    "MaximumRelativeSpread",
    "MinimumPrice",
    "OptionChain",
    "OptionSurface",
    "ParityFit",
    "QuoteFilter",
    "Smile",
    "fit_parity",
    "read_chain",
]
