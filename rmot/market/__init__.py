"""Quotes and where they come from: readers, chains, forwards, filters, surfaces, the registry."""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
