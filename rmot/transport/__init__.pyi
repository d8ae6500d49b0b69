from .baskets import basket_bounds as basket_bounds
from .bounds import Bounds as Bounds
from .bounds import Prior as Prior
from .bounds import Tail as Tail
from .bounds import price_bounds as price_bounds
from .divergences import ChiSquared as ChiSquared
from .divergences import CressieRead as CressieRead
from .divergences import KullbackLeibler as KullbackLeibler
from .divergences import Unrestricted as Unrestricted
from .hedge import StaticHedge as StaticHedge
from .quotes import Quotes as Quotes
from .radius import MultipleOfLeast as MultipleOfLeast
from .radius import Radius as Radius
from .wasserstein import wasserstein_bounds as wasserstein_bounds

__all__ = [
    "Bounds",
    "ChiSquared",
    "CressieRead",
    "KullbackLeibler",
    "MultipleOfLeast",
    "Prior",
    "Quotes",
    "Radius",
    "StaticHedge",
    "Tail",
    "Unrestricted",
    "basket_bounds",
    "price_bounds",
    "wasserstein_bounds",
]
