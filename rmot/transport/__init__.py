"""Bounds on prices: over all laws near a prior that meet the quotes, or over all laws at all."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
