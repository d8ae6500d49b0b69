"""Transport plans from a prior, behind the Wasserstein bounds."""
