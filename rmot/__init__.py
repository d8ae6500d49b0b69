"""Rough volatility, optimal-transport price bounds, and claims about them checked by machine."""

__version__ = "0.1.0"
