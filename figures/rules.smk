# One script a figure: tables in, a PDF and a PNG out.

FIGURES = {
    "alpha_digitals": ["tables/arbitrage_digitals.csv"],
    "alpha_equivalents": ["tables/alpha_equivalents.csv"],
    "alpha_projection": ["tables/projection_errors.csv"],
    "atm_skew": ["tables/atm_skew.csv", "tables/skew_laws.csv"],
    "backtest": ["tables/backtest_days.csv"],
    "bound_scaling": ["benchmarks/bound_scaling.csv"],
    "calibrated_smiles": ["tables/calibrated_smiles.csv"],
    "calibration_race": ["benchmarks/calibration_race.csv"],
    "claims_graph": ["claims/ledger.csv"],
    "capital_relief": ["tables/capital_by_assets.csv", "tables/capital_sensitivity.csv"],
    "correlation_errors": ["tables/factor_errors_by_gap.csv"],
    "correlation_matrices": ["tables/equal_weight_matrices.csv"],
    "dow": ["tables/dow_bounds.csv", "tables/dow_correlation.csv"],
    "equal_weight": ["tables/equal_weight_widths.csv"],
    "extrapolated_smiles": ["tables/extrapolated_smiles.csv"],
    "extrapolation_coverage": ["tables/extrapolation_coverage.csv"],
    "far_quotes": ["tables/far_quotes.csv"],
    "forty_numbers": ["tables/forty_numbers.csv"],
    "forty_parameters": ["tables/forty_parameters.csv"],
    "fund_smiles": ["tables/fund_smiles.csv"],
    "index_basket": ["tables/index_basket_balls.csv"],
    "factor_correlations": ["tables/factor_correlations.csv", "tables/factor_baskets.csv"],
    "information": ["tables/std_hurst_by_strikes.csv", "tables/std_hurst_by_range.csv"],
    "index_options": ["tables/two_dates_index_options.csv"],
    "kl_against_chi_squared": [
        "tables/escaping_mass_last_nodes.csv",
        "tables/escaping_mass_far_calls.csv",
    ],
    "published_training": ["tables/published_training.csv"],
    "published_statistics": ["tables/published_statistics.csv"],
    "published_variograms": ["tables/published_variograms.csv"],
    "neural_paths": ["tables/neural_paths.csv"],
    "neural_smiles": ["tables/neural_smiles.csv"],
    "neural_training": ["tables/neural_history.csv"],
    "price_bounds": ["tables/price_bounds.csv"],
    "realised_roughness": ["tables/realised_variograms.csv", "tables/realised_roughness.csv"],
    "return_intervals": ["tables/backtest_return_days.csv"],
    "recovered_hurst": ["tables/std_hurst_by_strikes.csv", "tables/recovery_by_strikes.csv"],
    "recovered_pairs": ["tables/recovered_correlations.csv"],
    "search_paths": ["tables/search_paths.csv"],
    "seed_stability": ["tables/seed_prices.csv", "tables/normality_power.csv"],
    "spread_shapes": ["tables/spread_shapes.csv"],
    "spectra": ["tables/spectra.csv"],
    "spread_smiles": ["tables/spread_smiles.csv"],
    "traded_bounds": ["tables/traded_trades.csv", "tables/traded_bounds.csv"],
    "two_date_pairs": ["tables/two_dates_pairs.csv"],
    "two_dates": ["tables/two_dates_bounds.csv"],
    "width_by_maturity": ["tables/width_by_maturity.csv"],
    "work_precision": ["benchmarks/engine_timing.csv"],
}


rule figure:
    input:
        lambda wildcards: [f"{RESULTS}/{table}" for table in FIGURES[wildcards.name]],
    output:
        pdf=f"{RESULTS}/figures/{{name}}.pdf",
        png=f"{RESULTS}/figures/{{name}}.png",
    params:
        code=lambda wildcards: code_hash(f"figures.{wildcards.name}"),
        tables=lambda wildcards, input: " ".join(f"--input {table}" for table in input),
    benchmark:
        f"{RESULTS}/timings/figure_{{name}}.tsv"
    shell:
        "python -m figures.{wildcards.name} --profile {PROFILE} {params.tables}"
        " --output {output.pdf}"


rule figures:
    input:
        expand(f"{RESULTS}/figures/{{name}}.{{kind}}", name=FIGURES, kind=["pdf", "png"]),
