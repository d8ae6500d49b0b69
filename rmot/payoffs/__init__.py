"""Payoffs as objects: what they pay at any prices, where they bend or jump, and how they end."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
