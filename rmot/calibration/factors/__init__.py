"""Knows how loadings and factors of a rough factor model are fitted to several surfaces at once."""
