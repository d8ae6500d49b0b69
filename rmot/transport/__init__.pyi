from .arbitrage_portfolio import ArbitragePortfolio as ArbitragePortfolio
from .baskets import basket_bounds as basket_bounds
from .bounds import Bounds as Bounds
from .bounds import Prior as Prior
from .bounds import Tail as Tail
from .bounds import price_bounds as price_bounds
from .divergences import ChiSquared as ChiSquared
from .divergences import CressieRead as CressieRead
from .divergences import KullbackLeibler as KullbackLeibler
from .divergences import Unrestricted as Unrestricted
from .exact.hedges import ExactHedge as ExactHedge
from .exact.hedges import exact_hedge as exact_hedge
from .exact.hedges import save_hedges as save_hedges
from .exact.listed import ListedAsset as ListedAsset
from .exact.listed import ListedQuote as ListedQuote
from .exact.listed import listed_quotes as listed_quotes
from .exact.listed import listed_smile as listed_smile
from .hedge import StaticHedge as StaticHedge
from .path import BoundsPath as BoundsPath
from .path import bounds_path as bounds_path
from .quotes import Quotes as Quotes
from .radius import MultipleOfLeast as MultipleOfLeast
from .radius import Radius as Radius
from .wasserstein import wasserstein_bounds as wasserstein_bounds

__all__ = [
    "ArbitragePortfolio",
    "Bounds",
    "BoundsPath",
    "ChiSquared",
    "CressieRead",
    "ExactHedge",
    "KullbackLeibler",
    "ListedAsset",
    "ListedQuote",
    "MultipleOfLeast",
    "Prior",
    "Quotes",
    "Radius",
    "StaticHedge",
    "Tail",
    "Unrestricted",
    "basket_bounds",
    "bounds_path",
    "exact_hedge",
    "listed_quotes",
    "listed_smile",
    "price_bounds",
    "save_hedges",
    "wasserstein_bounds",
]
