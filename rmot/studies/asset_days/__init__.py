"""Many assets on many days, each calibrated on its own: scattered over jobs and gathered."""
