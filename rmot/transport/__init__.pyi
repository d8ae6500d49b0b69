from .arbitrage_portfolio import ArbitragePortfolio as ArbitragePortfolio
from .baskets import basket_bounds as basket_bounds
from .bounds import Bounds as Bounds
from .bounds import Prior as Prior
from .bounds import Tail as Tail
from .bounds import price_bounds as price_bounds
from .coarse_graining import coarse_divergence as coarse_divergence
from .divergences import ChiSquared as ChiSquared
from .divergences import CressieRead as CressieRead
from .divergences import KullbackLeibler as KullbackLeibler
from .divergences import Unrestricted as Unrestricted
from .exact import ExactHedge as ExactHedge
from .exact import exact_hedge as exact_hedge
from .exact import save_hedges as save_hedges
from .hedge import StaticHedge as StaticHedge
from .held_out import held_out_radius as held_out_radius
from .held_out import least_radius as least_radius
from .held_out import needed_radius as needed_radius
from .listed import ListedAsset as ListedAsset
from .listed import ListedQuote as ListedQuote
from .listed import listed_quotes as listed_quotes
from .listed import listed_smile as listed_smile
from .orders import order_ticket as order_ticket
from .path import BoundsPath as BoundsPath
from .path import bounds_path as bounds_path
from .prior_spread import prior_spread_radius as prior_spread_radius
from .quote_noise import quote_noise_radius as quote_noise_radius
from .quotes import Quotes as Quotes
from .radius import MultipleOfLeast as MultipleOfLeast
from .radius import Radius as Radius
from .radius_share import least_that_meets as least_that_meets
from .ticket import Order as Order
from .ticket import OrderTicket as OrderTicket
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
    "Order",
    "OrderTicket",
    "Prior",
    "Quotes",
    "Radius",
    "StaticHedge",
    "Tail",
    "Unrestricted",
    "basket_bounds",
    "bounds_path",
    "coarse_divergence",
    "exact_hedge",
    "held_out_radius",
    "least_radius",
    "least_that_meets",
    "listed_quotes",
    "listed_smile",
    "needed_radius",
    "order_ticket",
    "price_bounds",
    "prior_spread_radius",
    "quote_noise_radius",
    "save_hedges",
    "wasserstein_bounds",
]
