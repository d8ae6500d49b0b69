"""What the quotes are: which were kept, what published filters leave, and their arbitrage."""
