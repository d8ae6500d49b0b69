from .basket import BasketPrices as BasketPrices
from .basket import basket_call_price as basket_call_price
from .basket import simulated_basket_call as simulated_basket_call
from .two_assets import SeveralAssetOption as SeveralAssetOption
from .two_assets import spread_call as spread_call
from .two_assets import two_asset_call as two_asset_call

__all__ = [
    "BasketPrices",
    "SeveralAssetOption",
    "basket_call_price",
    "simulated_basket_call",
    "spread_call",
    "two_asset_call",
]
