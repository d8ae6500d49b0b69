"""One script a figure, each reading `results/` and drawing in one style."""
