"""Bounds traded at bid and ask and hedged to expiry, and prices over many seeds."""
