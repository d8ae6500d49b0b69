"""Whole surfaces: which model meets them, what they say of H, and how that differs by name."""
