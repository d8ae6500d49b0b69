"""What far calls are worth when forward escapes: relative entropy against chi-squared."""
