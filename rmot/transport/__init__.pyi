from .arbitrage_portfolio import ArbitragePortfolio as ArbitragePortfolio
from .baskets import basket_bounds as basket_bounds
from .bounds import Bounds as Bounds
from .bounds import Prior as Prior
from .bounds import Tail as Tail
from .bounds import price_bounds as price_bounds
from .coarse_divergence import coarse_divergence as coarse_divergence
from .divergences import ChiSquared as ChiSquared
from .divergences import CressieRead as CressieRead
from .divergences import KullbackLeibler as KullbackLeibler
from .divergences import Unrestricted as Unrestricted
from .exact import ExactHedge as ExactHedge
from .exact import exact_hedge as exact_hedge
from .exact import save_hedges as save_hedges
from .hedge import StaticHedge as StaticHedge
from .listed import ListedAsset as ListedAsset
from .listed import ListedQuote as ListedQuote
from .listed import listed_quotes as listed_quotes
from .listed import listed_smile as listed_smile
from .orders import Order as Order
from .orders import OrderTicket as OrderTicket
from .orders import order_ticket as order_ticket
from .path import BoundsPath as BoundsPath
from .path import bounds_path as bounds_path
from .quotes import Quotes as Quotes
from .radius import MultipleOfLeast as MultipleOfLeast
from .radius import Radius as Radius
from .radius_rules import held_out_radius as held_out_radius
from .radius_rules import least_radius as least_radius
from .radius_rules import least_that_meets as least_that_meets
from .radius_rules import needed_radius as needed_radius
from .radius_rules import prior_spread_radius as prior_spread_radius
from .radius_rules import quote_noise_radius as quote_noise_radius
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
