"""Classical bounds in exact rationals, with the hedges and laws that prove them."""
