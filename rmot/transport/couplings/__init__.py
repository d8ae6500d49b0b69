"""Joint laws of several assets with given marginals, near a joint reference."""
