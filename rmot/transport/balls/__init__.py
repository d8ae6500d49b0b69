"""Laws in a ball around a prior: the program, its solvers, and the two sides of a bound."""
