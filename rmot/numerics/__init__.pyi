from .black import black_call as black_call
from .black import black_otm as black_otm
from .black import black_vega as black_vega
from .discrete import Prior as Prior
from .discrete import Tail as Tail
from .fractional_brownian import fractional_brownian_paths as fractional_brownian_paths
from .implied_volatility import implied_volatility as implied_volatility
from .implied_volatility import implied_volatility_otm as implied_volatility_otm

__all__ = [
    "Prior",
    "Tail",
    "black_call",
    "black_otm",
    "black_vega",
    "fractional_brownian_paths",
    "implied_volatility",
    "implied_volatility_otm",
]
