from .two_assets import SeveralAssetOption as SeveralAssetOption
from .two_assets import spread_call as spread_call
from .two_assets import two_asset_call as two_asset_call

__all__ = ["SeveralAssetOption", "spread_call", "two_asset_call"]
