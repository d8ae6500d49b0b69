"""The reference of the engine: what its rooms show, as one page made from their sources."""
