"""Rules that choose a radius: from held-out quotes, noise in quotes, priors that disagree."""
