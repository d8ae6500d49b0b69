# The data behind each table and figure. A table is a CSV file; those the article prints have a
# LaTeX form beside it.


rule index_fit:
    input:
        chain=lambda wildcards: CHAINS[wildcards.name.upper()],
    output:
        f"{RESULTS}/fits/{{name}}.json",
    params:
        code=code_hash("rmot.studies.index_fit"),
        underlying=lambda wildcards: wildcards.name.upper(),
    # first: it compiles what most others need, which two side by side would do twice
    priority: 3
    benchmark:
        f"{RESULTS}/timings/index_fit_{{name}}.tsv"
    shell:
        "python -m rmot.studies.index_fit --profile {PROFILE}"
        " --input {params.underlying}={input.chain} --output {output}"


FITS = {underlying: f"{RESULTS}/fits/{underlying.lower()}.json" for underlying in CHAINS}


def named(files):
    return " ".join(f"--input {name}={path}" for name, path in files.items())


rule fit_tables:
    input:
        FITS.values(),
    output:
        parameters=f"{RESULTS}/tables/rough_heston_parameters.csv",
        tex=f"{RESULTS}/tables/rough_heston_parameters.tex",
        quality=f"{RESULTS}/tables/fit_quality.csv",
    params:
        code=code_hash("rmot.studies.rough_heston_parameters", "rmot.studies.fit_quality"),
        named=named(FITS),
    benchmark:
        f"{RESULTS}/timings/fit_tables.tsv"
    shell:
        "python -m rmot.studies.rough_heston_parameters --profile {PROFILE} {params.named}"
        " --output {output.parameters}"
        " && python -m rmot.studies.fit_quality --profile {PROFILE} {params.named}"
        " --output {output.quality}"


rule tails:
    input:
        FITS.values(),
    output:
        csv=f"{RESULTS}/tables/tails.csv",
        tex=f"{RESULTS}/tables/tails.tex",
    params:
        code=code_hash("rmot.studies.tails"),
        named=named(FITS),
    benchmark:
        f"{RESULTS}/timings/tails.tsv"
    shell:
        "python -m rmot.studies.tails --profile {PROFILE} {params.named} --output {output.csv}"


rule calibrated_smiles:
    input:
        CHAINS.values(),
        FITS.values(),
    output:
        f"{RESULTS}/tables/calibrated_smiles.csv",
    params:
        code=code_hash("rmot.studies.calibrated_smiles"),
        named=named({**CHAINS, **{f"{name}_fit": path for name, path in FITS.items()}}),
    benchmark:
        f"{RESULTS}/timings/calibrated_smiles.tsv"
    shell:
        "python -m rmot.studies.calibrated_smiles --profile {PROFILE} {params.named}"
        " --output {output}"


rule price_bounds:
    input:
        chain=CHAINS["SPX"],
        fit=FITS["SPX"],
    output:
        csv=f"{RESULTS}/tables/price_bounds.csv",
        tex=f"{RESULTS}/tables/price_bounds.tex",
    params:
        code=code_hash("rmot.studies.price_bounds"),
    # first: it compiles what most others need, which two side by side would do twice
    priority: 3
    benchmark:
        f"{RESULTS}/timings/price_bounds.tsv"
    shell:
        "python -m rmot.studies.price_bounds --profile {PROFILE} --input SPX={input.chain}"
        " --input SPX_fit={input.fit} --output {output.csv}"


rule index_basket:
    input:
        CHAINS.values(),
        published="proofs_check/tables/001_table_3.csv",
    output:
        csv=f"{RESULTS}/tables/index_basket.csv",
        tex=f"{RESULTS}/tables/index_basket.tex",
    params:
        code=code_hash("rmot.studies.index_basket"),
        named=named(CHAINS),
    benchmark:
        f"{RESULTS}/timings/index_basket.tsv"
    shell:
        "python -m rmot.studies.index_basket --profile {PROFILE} {params.named}"
        " --input published={input.published} --output {output.csv}"


# Daily closes of the funds that follow the indices; where there are none, returns are drawn.
HISTORIES = {name: path for name in ("SPY", "QQQ") if (path := locate(f"prices/{name}"))}


rule index_basket_balls:
    input:
        spx=CHAINS["SPX"],
        ndx=CHAINS["NDX"],
        spx_fit=FITS["SPX"],
        ndx_fit=FITS["NDX"],
        factors=f"{RESULTS}/fits/factors/2.json",
        histories=[str(path) for path in HISTORIES.values()],
        published="proofs_check/tables/001_table_3.csv",
    output:
        csv=f"{RESULTS}/tables/index_basket_balls.csv",
    params:
        code=code_hash("rmot.studies.index_basket_balls"),
        seed=SEEDS["index_basket_balls"],
        histories=" ".join(f"--input {name}={path}" for name, path in HISTORIES.items()),
    benchmark:
        f"{RESULTS}/timings/index_basket_balls.tsv"
    shell:
        "python -m rmot.studies.index_basket_balls --profile {PROFILE} --seed {params.seed}"
        " --input SPX={input.spx} --input NDX={input.ndx} --input SPX_fit={input.spx_fit}"
        " --input NDX_fit={input.ndx_fit} --input factors={input.factors} {params.histories}"
        " --input published={input.published} --output {output.csv}"



rule as_published:
    input:
        CHAINS.values(),
        FITS.values(),
    output:
        csv=f"{RESULTS}/tables/as_published_{{name}}.csv",
        tex=f"{RESULTS}/tables/as_published_{{name}}.tex",
    params:
        code=code_hash("rmot.studies.as_published"),
        named=named({**CHAINS, **{f"{name}_fit": path for name, path in FITS.items()}}),
    benchmark:
        f"{RESULTS}/timings/as_published_{{name}}.tsv"
    shell:
        "python -m rmot.studies.as_published --profile {PROFILE} --case {wildcards.name}"
        " {params.named} --output {output.csv}"


AS_PUBLISHED = {
    form: expand(
        f"{RESULTS}/tables/as_published_{{name}}.{form}",
        name=("far_strikes", "tilting", "extrapolation", "algorithm"),
    )
    for form in ("csv", "tex")
}


# Hedges in rationals behind the classical bounds of the two tables above; `verified` checks them.
rule certified_bounds:
    input:
        CHAINS.values(),
        published="proofs_check/tables/001_table_3.csv",
    output:
        f"{RESULTS}/bounds/{{case}}.json",
    wildcard_constraints:
        case="price|basket",
    params:
        code=code_hash("rmot.studies.certified_bounds"),
        named=named(CHAINS),
    benchmark:
        f"{RESULTS}/timings/certified_bounds_{{case}}.tsv"
    shell:
        "python -m rmot.studies.certified_bounds --profile {PROFILE} --case {wildcards.case}"
        " {params.named} --input published={input.published} --output {output}"


# The dual points behind the divergence bounds; `enclosed_balls` evaluates them.
rule certified_balls:
    input:
        chain=CHAINS["SPX"],
        fit=FITS["SPX"],
    output:
        f"{RESULTS}/bounds/balls.json",
    params:
        code=code_hash("rmot.studies.certified_balls"),
    benchmark:
        f"{RESULTS}/timings/certified_balls.tsv"
    shell:
        "python -m rmot.studies.certified_balls --profile {PROFILE} --input SPX={input.chain}"
        " --input SPX_fit={input.fit} --output {output}"


include: "quotes/rules.smk"
include: "information/rules.smk"
include: "surfaces/rules.smk"
include: "roughness/rules.smk"
include: "extrapolation/rules.smk"
include: "escaping_mass/rules.smk"
include: "shared_factors/rules.smk"
include: "equal_weight/rules.smk"
include: "dow/rules.smk"
include: "two_dates/rules.smk"
include: "factors/rules.smk"
include: "correlation/rules.smk"
include: "paths/rules.smk"
include: "spread_smiles/rules.smk"
include: "alpha/rules.smk"
include: "neural/rules.smk"
include: "neural/published.smk"
include: "capital/rules.smk"
include: "capital/report.smk"
include: "backtest/rules.smk"
include: "trading/rules.smk"
include: "sources/rules.smk"
include: "asset_days/rules.smk"


rule tables:
    input:
        rules.quotes_kept.output,
        rules.published_filters.output,
        rules.static_arbitrage.output,
        rules.fit_tables.output,
        rules.tails.output,
        rules.calibrated_smiles.output,
        rules.price_bounds.output,
        rules.index_basket.output,
        rules.index_basket_balls.output,
        AS_PUBLISHED.values(),
        rules.std_hurst_by_strikes.output,
        rules.std_hurst_by_range.output,
        rules.required_strikes.output,
        rules.printed_errors.output,
        rules.recovery.output,
        rules.atm_skew.output,
        rules.skew_laws.output,
        rules.realised_roughness.output,
        rules.hurst_comparison.output,
        rules.model_comparison.output,
        rules.portfolio.output,
        rules.extrapolation_tables.output,
        rules.escaping_mass_last_nodes.output,
        rules.escaping_mass_far_calls.output,
        rules.factor_errors_by_gap.output,
        rules.factor_index_fit.output,
        rules.equal_weight_widths.output,
        rules.equal_weight_correlations.output,
        rules.equal_weight_matrices.output,
        rules.two_dates_convex_order.output,
        rules.two_dates_bounds.output,
        rules.two_dates_index_options.output,
        rules.dow_quotes.output,
        rules.dow_bounds.output,
        rules.dow_correlation.output,
        rules.factor_correlations.output,
        rules.factor_baskets.output,
        rules.offered_correlations.output,
        rules.recovered_correlations.output,
        rules.block_newton_steps.output,
        rules.path_biases.output,
        rules.exact_spreads.output,
        rules.spread_smiles.output,
        rules.spread_controls.output,
        rules.spread_shapes.output,
        rules.forty_parameters.output,
        rules.forty_numbers.output,
        rules.typical_numbers.output,
        rules.projection_errors.output,
        rules.arbitrage_digitals.output,
        rules.alpha_equivalents.output,
        rules.observable_smiles.output,
        rules.neural_history.output,
        rules.neural_errors.output,
        rules.neural_recovery.output,
        rules.neural_bounds.output,
        rules.neural_paths.output,
        rules.published_neural_training.output.csv,
        rules.published_neural_statistics.output,
        rules.published_neural_parameters.output,
        rules.published_neural_frequencies.output,
        rules.published_neural_pricing.output,
        rules.capital_charges.output,
        rules.capital_sensitivity.output,
        rules.capital_by_assets.output,
        rules.backtest_days.output,
        rules.backtest_options.output,
        rules.backtest_returns.output,
        rules.told_closes.output,
        rules.traded_bounds.output,
        rules.seed_stability.output,
        rules.fund_smiles.output,
        rules.black_scholes_basket.output,
        rules.correlation_inputs.output,
        rules.far_quotes.output,
        rules.search_paths.output,
        rules.spectra.output,
        rules.width_by_maturity.output,
        rules.recovery_by_strikes.output,
        rules.source_lines.output,
        rules.asset_days_table.output,
        rules.asset_days_plan.output,
