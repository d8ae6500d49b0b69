from .arbitrage_portfolio import ArbitragePortfolio as ArbitragePortfolio
from .ball_certificate import ball_certificate as ball_certificate
from .ball_certificate import save_balls as save_balls
from .balls.calibrated import Calibrated as Calibrated
from .basket.bounds import BasketBounds as BasketBounds
from .basket.bounds import basket_bounds as basket_bounds
from .basket.extremes import ExtremeBounds as ExtremeBounds
from .basket.extremes import extreme_bounds as extreme_bounds
from .bounds import Bounds as Bounds
from .bounds import Prior as Prior
from .bounds import Tail as Tail
from .bounds import price_bounds as price_bounds
from .couplings.constraints import correlation_quotes as correlation_quotes
from .couplings.constraints import on_assets as on_assets
from .couplings.nearest import Coupling as Coupling
from .couplings.nearest import nearest_coupling as nearest_coupling
from .couplings.quantiles import smile_quantile as smile_quantile
from .couplings.reference import gaussian_copula as gaussian_copula
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
from .orders.making import order_ticket as order_ticket
from .orders.ticket import Order as Order
from .orders.ticket import OrderTicket as OrderTicket
from .path import BoundsPath as BoundsPath
from .path import bounds_path as bounds_path
from .quotes import Quotes as Quotes
from .radii.coarse_graining import coarse_divergence as coarse_divergence
from .radii.held_out import held_out_radius as held_out_radius
from .radii.held_out import least_radius as least_radius
from .radii.held_out import needed_radius as needed_radius
from .radii.prior_spread import prior_spread_radius as prior_spread_radius
from .radii.quote_noise import quote_noise_radius as quote_noise_radius
from .radii.share import least_that_meets as least_that_meets
from .radius import MultipleOfLeast as MultipleOfLeast
from .radius import Radius as Radius
from .two_dates.bounds import MartingaleBounds as MartingaleBounds
from .two_dates.bounds import martingale_bounds as martingale_bounds
from .two_dates.certificate import save_two_date_certificates as save_two_date_certificates
from .two_dates.certificate import two_date_certificate as two_date_certificate
from .two_dates.classical import classical_two_dates as classical_two_dates
from .two_dates.hedge import SemiStaticHedge as SemiStaticHedge
from .two_dates.index_feasibility import HalfSpreads as HalfSpreads
from .two_dates.index_feasibility import least_half_spreads as least_half_spreads
from .two_dates.marginals import transport_bounds as transport_bounds
from .two_dates.volatility_index import IndexBounds as IndexBounds
from .two_dates.volatility_index import index_bounds as index_bounds
from .wasserstein import wasserstein_bounds as wasserstein_bounds

__all__ = [
    "ArbitragePortfolio",
    "BasketBounds",
    "Bounds",
    "BoundsPath",
    "Calibrated",
    "ChiSquared",
    "Coupling",
    "CressieRead",
    "ExactHedge",
    "ExtremeBounds",
    "HalfSpreads",
    "IndexBounds",
    "KullbackLeibler",
    "ListedAsset",
    "ListedQuote",
    "MartingaleBounds",
    "MultipleOfLeast",
    "Order",
    "OrderTicket",
    "Prior",
    "Quotes",
    "Radius",
    "SemiStaticHedge",
    "StaticHedge",
    "Tail",
    "Unrestricted",
    "ball_certificate",
    "basket_bounds",
    "bounds_path",
    "classical_two_dates",
    "coarse_divergence",
    "correlation_quotes",
    "exact_hedge",
    "extreme_bounds",
    "gaussian_copula",
    "held_out_radius",
    "index_bounds",
    "least_half_spreads",
    "least_radius",
    "least_that_meets",
    "listed_quotes",
    "listed_smile",
    "martingale_bounds",
    "nearest_coupling",
    "needed_radius",
    "on_assets",
    "order_ticket",
    "price_bounds",
    "prior_spread_radius",
    "quote_noise_radius",
    "save_balls",
    "save_hedges",
    "save_two_date_certificates",
    "smile_quantile",
    "transport_bounds",
    "two_date_certificate",
    "wasserstein_bounds",
]
