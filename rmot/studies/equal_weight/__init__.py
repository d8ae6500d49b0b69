"""An equal-weight basket of the portfolio's names: what its price depends on beyond marginals."""
