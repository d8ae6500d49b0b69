"""A neural surrogate of rough Heston smiles, the peer of a calibration that prices exactly."""
