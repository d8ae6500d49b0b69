"""Measurements of the engine against peers and against a reference of its own."""
