"""Alpha models: what source 004 prints of them, and what quotes make of them."""
