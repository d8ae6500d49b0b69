"""Neural volatility: a rough prior that prices, trained on quotes; needs the extra `neural`."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
