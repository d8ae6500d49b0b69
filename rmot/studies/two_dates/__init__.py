"""One index at two dates: what quotes leave of payoffs of both, with and without a prior."""
