# Intervals of one day held against the next day's quotes and returns.
