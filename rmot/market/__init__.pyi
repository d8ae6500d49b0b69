from .american import AmericanParityFit as AmericanParityFit
from .american import CarryRange as CarryRange
from .arbitrage import ArbitrageReport as ArbitrageReport
from .arbitrage import static_arbitrage as static_arbitrage
from .chain import OptionChain as OptionChain
from .chain import read_chain as read_chain
from .convex_order import ConvexOrderMarginals as ConvexOrderMarginals
from .convex_order import marginals_in_convex_order as marginals_in_convex_order
from .discount import DiscountCurve as DiscountCurve
from .discount import pool_discounts as pool_discounts
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
from .parity_region import ParityRegion as ParityRegion
from .pooling import pooled_surfaces as pooled_surfaces
from .projection import Projection as Projection
from .projection import project as project
from .published_filters import (
    ROUGH_MARTINGALE_TRANSPORT_FILTERS as ROUGH_MARTINGALE_TRANSPORT_FILTERS,
)
from .published_filters import ConvexVolatility as ConvexVolatility
from .published_filters import MaturityRange as MaturityRange
from .published_filters import MaximumParityError as MaximumParityError
from .published_filters import MinimumOpenInterest as MinimumOpenInterest
from .published_filters import MinimumVolume as MinimumVolume
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
    "ROUGH_MARTINGALE_TRANSPORT_FILTERS",
    "AmericanParityFit",
    "ArbitrageReport",
    "CarryRange",
    "ConvexOrderMarginals",
    "ConvexVolatility",
    "DataSource",
    "Dataset",
    "DiscountCurve",
    "FilterReport",
    "History",
    "LastPrices",
    "MaturityRange",
    "MaximumAbsLogMoneyness",
    "MaximumParityError",
    "MaximumRelativeSpread",
    "MinimumOpenInterest",
    "MinimumPrice",
    "MinimumVolume",
    "OptionChain",
    "OptionSurface",
    "ParityFit",
    "ParityRegion",
    "Projection",
    "QuoteFilter",
    "RealisedVariance",
    "Smile",
    "Stale",
    "VixFutures",
    "fit_parity",
    "marginals_in_convex_order",
    "pool_discounts",
    "pooled_surfaces",
    "project",
    "read_chain",
    "read_history",
    "read_last_prices",
    "read_realised_variance",
    "read_vix_futures",
    "static_arbitrage",
]
