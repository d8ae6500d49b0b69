"""Bounds on payoffs of one asset's prices at two dates, of which the second is a fair game."""
