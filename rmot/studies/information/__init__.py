"""What quotes say of H: 002's Theorem 3.1, its table and figures, computed."""
