"""Bounds on options on several assets from quotes of each asset and of other baskets."""
