"""One index at two dates: what quotes of both leave of payoffs of both, with and without a prior."""
