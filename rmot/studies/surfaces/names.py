"""Knows the candidates' names alone, so that to name their jobs costs no import of models."""

CANDIDATE_NAMES = (
    "black_scholes",
    "heston",
    "sabr",
    "ssvi",
    "rough_heston_4",
    "rough_heston_5",
    "rough_heston_6",
    "rough_heston_curve",
    "two_factor_bergomi",
    "path_dependent",
)
