"""The article: its numbers, made from results; its build; and the numbers it was accepted with."""
