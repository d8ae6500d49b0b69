"""Options on one asset's prices at two dates, between which it is a martingale."""
