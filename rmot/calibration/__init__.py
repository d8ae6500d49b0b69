"""Fitting models to quotes, and how well the quotes determine what was fitted."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
