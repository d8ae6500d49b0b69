from .baskets import BasketCall as BasketCall
from .baskets import BasketForward as BasketForward
from .baskets import BasketOption as BasketOption
from .baskets import BasketPut as BasketPut
from .baskets import OnAsset as OnAsset
from .baskets import basket_call as basket_call
from .baskets import basket_forward as basket_forward
from .baskets import basket_put as basket_put
from .baskets import on_asset as on_asset
from .one_asset import PiecewiseLinear as PiecewiseLinear
from .one_asset import call as call
from .one_asset import digital as digital
from .one_asset import forward as forward
from .one_asset import put as put
from .one_asset import straddle as straddle
from .protocol import Payoff as Payoff
from .two_dates import TwoDatePayoff as TwoDatePayoff
from .two_dates import average_call as average_call
from .two_dates import cliquet as cliquet
from .two_dates import forward_start_call as forward_start_call
from .two_dates import forward_start_put as forward_start_put
from .two_dates import forward_start_straddle as forward_start_straddle

__all__ = [
    "BasketCall",
    "BasketForward",
    "BasketOption",
    "BasketPut",
    "OnAsset",
    "Payoff",
    "PiecewiseLinear",
    "TwoDatePayoff",
    "average_call",
    "basket_call",
    "basket_forward",
    "basket_put",
    "call",
    "cliquet",
    "digital",
    "forward",
    "forward_start_call",
    "forward_start_put",
    "forward_start_straddle",
    "on_asset",
    "put",
    "straddle",
]
