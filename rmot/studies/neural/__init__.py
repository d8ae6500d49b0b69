"""A learned law of volatility, held against quotes, against others and against a known truth."""
