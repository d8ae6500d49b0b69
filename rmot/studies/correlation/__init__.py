"""Correlation: what the sources' estimators return, and from where they take it."""
