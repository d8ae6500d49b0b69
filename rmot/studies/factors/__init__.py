"""What the rough factor model says of correlation."""
