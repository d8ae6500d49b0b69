"""Simulated paths held against exact prices."""
