"""Neural volatility: the source's model against data, and the rough prior against quotes."""
