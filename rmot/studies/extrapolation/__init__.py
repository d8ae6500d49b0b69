"""What quotes near the money say of those far from it: models, and bounds, judged on both."""
