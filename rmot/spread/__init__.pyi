from .basket import BasketPrices as BasketPrices
from .basket import basket_call_price as basket_call_price
from .basket import simulated_basket_call as simulated_basket_call
from .basket_vegas import BasketVegas as BasketVegas
from .basket_vegas import basket_vegas as basket_vegas
from .two_assets import SeveralAssetOption as SeveralAssetOption
from .two_assets import spread_call as spread_call
from .two_assets import two_asset_call as two_asset_call

__all__ = [
    "BasketPrices",
    "BasketVegas",
    "SeveralAssetOption",
    "basket_call_price",
    "basket_vegas",
    "simulated_basket_call",
    "spread_call",
    "two_asset_call",
]
