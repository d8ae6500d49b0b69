"""H without a model of the surface: from the skew at the money and from realised variance."""
