"""What quotes on single assets say about correlation once assets are assumed to share factors."""
