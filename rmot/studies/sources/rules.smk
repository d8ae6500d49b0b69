# The sources' tables and figures, line by line beside ours: finished tables are read.

# QQQ where it is quoted, else the last of those names that stand in.
_SHOWN_FUND = next(
    ((name, path) for name, path in PORTFOLIO.items() if name == "QQQ"), list(PORTFOLIO.items())[-1]
)
_FAR_FUNDS = {
    name: path for name, path in PORTFOLIO.items() if name in ("SPY", "QQQ", "IWM", "GLD")
} or CHAINS
_SPECTRA = {
    name: path for name, path in SURFACE_FITS.items() if name.partition("@")[0][-1] in "456"
}


# What the other tables lack of the sources' rows and figures.
rule black_scholes_basket:
    input:
        [str(path) for path in (*_INDEX_LAWS.values(), *_STRESSED.values())],
        published="proofs_check/tables/001_table_3.csv",
    output:
        f"{RESULTS}/tables/black_scholes_basket.csv",
    params:
        code=code_hash("rmot.studies.sources.black_scholes_basket"),
        named=named(_INDEX_LAWS | _STRESSED),
        seed=SEEDS["index_basket_balls"],
    benchmark:
        f"{RESULTS}/timings/black_scholes_basket.tsv"
    shell:
        "python -m rmot.studies.sources.black_scholes_basket --profile {PROFILE}"
        " --seed {params.seed} {params.named} --input published={input.published}"
        " --output {output}"


rule correlation_inputs:
    output:
        f"{RESULTS}/tables/correlation_inputs.csv",
    params:
        code=code_hash("rmot.studies.sources.correlation_inputs"),
        seed=SEEDS["correlation_inputs"],
    benchmark:
        f"{RESULTS}/timings/correlation_inputs.tsv"
    shell:
        "python -m rmot.studies.sources.correlation_inputs --profile {PROFILE}"
        " --seed {params.seed} --output {output}"


rule fund_smiles:
    input:
        chain=lambda wildcards: _SHOWN_FUND[1],
        portfolio=rules.portfolio.output.csv,
    output:
        f"{RESULTS}/tables/fund_smiles.csv",
    params:
        code=code_hash("rmot.studies.sources.fund_smiles"),
        name=_SHOWN_FUND[0],
    benchmark:
        f"{RESULTS}/timings/fund_smiles.tsv"
    shell:
        "python -m rmot.studies.sources.fund_smiles --profile {PROFILE}"
        " --input {params.name}={input.chain} --input portfolio={input.portfolio}"
        " --output {output}"


rule far_quotes:
    input:
        _FAR_FUNDS.values(),
    output:
        f"{RESULTS}/tables/far_quotes.csv",
    params:
        code=code_hash("rmot.studies.sources.far_quotes"),
        named=named(_FAR_FUNDS),
    benchmark:
        f"{RESULTS}/timings/far_quotes.tsv"
    shell:
        "python -m rmot.studies.sources.far_quotes --profile {PROFILE} {params.named}"
        " --output {output}"


rule search_paths:
    input:
        chain=CHAINS["SPX"],
        fit=FITS["SPX"],
    output:
        f"{RESULTS}/tables/search_paths.csv",
    params:
        code=code_hash("rmot.studies.sources.search_paths"),
    benchmark:
        f"{RESULTS}/timings/search_paths.tsv"
    shell:
        "python -m rmot.studies.sources.search_paths --profile {PROFILE}"
        " --input SPX={input.chain} --input SPX_fit={input.fit} --output {output}"


rule spectra:
    input:
        fits=_SPECTRA.values(),
        matrices=f"{RESULTS}/tables/equal_weight_matrices.csv",
    output:
        f"{RESULTS}/tables/spectra.csv",
    params:
        code=code_hash("rmot.studies.sources.spectra"),
        named=named(_SPECTRA),
    benchmark:
        f"{RESULTS}/timings/spectra.tsv"
    shell:
        "python -m rmot.studies.sources.spectra --profile {PROFILE} {params.named}"
        " --input matrices={input.matrices} --output {output}"


rule width_by_maturity:
    input:
        spx=FITS["SPX"],
        ndx=FITS["NDX"],
    output:
        f"{RESULTS}/tables/width_by_maturity.csv",
    params:
        code=code_hash("rmot.studies.sources.width_by_maturity"),
        seed=SEEDS["width_by_maturity"],
    benchmark:
        f"{RESULTS}/timings/width_by_maturity.tsv"
    shell:
        "python -m rmot.studies.sources.width_by_maturity --profile {PROFILE}"
        " --seed {params.seed} --input SPX_fit={input.spx} --input NDX_fit={input.ndx}"
        " --output {output}"


rule recovery_by_strikes:
    output:
        f"{RESULTS}/tables/recovery_by_strikes.csv",
    params:
        code=code_hash("rmot.studies.sources.recovery_by_strikes"),
        seed=SEEDS["recovery_by_strikes"],
    benchmark:
        f"{RESULTS}/timings/recovery_by_strikes.tsv"
    shell:
        "python -m rmot.studies.sources.recovery_by_strikes --profile {PROFILE}"
        " --seed {params.seed} --output {output}"


# By source: the module that makes its lines, and of which tables. A name that begins with a digit is
# a printed table, each other is one of `results/tables`.
_SOURCE_LINES = {
    "001": (
        "multi_asset",
        "001_table_1",
        "001_table_2",
        "001_table_2_theorem",
        "001_table_3",
        "001_table_1_half_widths",
        "001_table_3_half_widths",
        "recovered_correlations",
        "correlation_inputs",
        "black_scholes_basket",
        "capital_charges",
        "index_basket",
        "index_basket_balls",
    ),
    "002": (
        "unified",
        "002_table_1",
        "002_table_2",
        "002_table_3",
        "002_table_5",
        "002_table_6",
        "002_table_7",
        "002_table_8",
        "002_table_8_portfolio",
        "002_figures",
        "portfolio",
        "hurst_comparison",
        "equal_weight_matrices",
        "extrapolation_horizons",
        "far_quotes",
        "printed_errors",
        "as_published_algorithm",
        "offered_correlations",
        "index_basket",
        "index_basket_balls",
        "block_newton_steps",
        "capital_charges",
        "capital_sensitivity",
        "std_hurst_by_strikes",
        "recovery_by_strikes",
        "width_by_maturity",
        "spectra",
        "equal_weight_widths",
        "recovered_correlations",
        "cross_validation",
        "seed_stability",
        "backtest_options",
        "capital_by_assets",
        "search_paths",
    ),
    "003": (
        "neural",
        "003_fit",
        "003_pricing",
        "003_parameters",
        "003_ablation",
        "003_market",
        "003_hurst",
        "003_roughness",
        "003_impact",
        "003_data",
        "published_statistics",
        "published_scores",
        "published_market",
        "published_pricing",
        "published_robustness",
        *([] if PROFILE == "quick" else ["published_realised"]),
    ),
    "004": (
        "alpha",
        "004_figure_4",
        "004_figure_5",
        "004_section_2_1",
        "004_figure_13_parameters",
        "004_figure_14",
        "004_figure_15",
        "004_figure_16",
        "spread_shapes",
        "typical_numbers",
        "alpha_equivalents",
        "arbitrage_digitals",
        "forty_parameters",
        "forty_numbers",
    ),
}


def _beside(number):
    return {
        name: (
            f"proofs_check/tables/{name}.csv"
            if name[0].isdigit()
            else f"{RESULTS}/tables/{name}.csv"
        )
        for name in _SOURCE_LINES[number][1:]
    }


rule lines_of_source:
    input:
        lambda wildcards: _beside(wildcards.number).values(),
    output:
        f"{RESULTS}/tables/source_lines_{{number}}.csv",
    wildcard_constraints:
        number="|".join(_SOURCE_LINES),
    params:
        module=lambda wildcards: _SOURCE_LINES[wildcards.number][0],
        code=lambda wildcards: code_hash(
            f"rmot.studies.sources.{_SOURCE_LINES[wildcards.number][0]}"
        ),
        named=lambda wildcards: named(_beside(wildcards.number)),
    benchmark:
        f"{RESULTS}/timings/lines_of_source_{{number}}.tsv"
    shell:
        "python -m rmot.studies.sources.{params.module} --profile {PROFILE} {params.named}"
        " --output {output}"


# Seconds differ from build to build: they stand beside the other times.
rule source_times:
    input:
        printed="proofs_check/tables/002_table_4.csv",
        said="proofs_check/tables/002_table_4_text.csv",
        scaling=f"{RESULTS}/benchmarks/coupling_scaling.csv",
    output:
        f"{RESULTS}/benchmarks/source_times.csv",
    params:
        code=code_hash("rmot.studies.sources.times"),
    shell:
        "python -m rmot.studies.sources.times --profile {PROFILE}"
        " --input 002_table_4={input.printed} --input 002_table_4_text={input.said}"
        " --input coupling_scaling={input.scaling}"
        " --output {output}"


rule source_lines:
    input:
        expand(f"{RESULTS}/tables/source_lines_{{number}}.csv", number=_SOURCE_LINES),
        rules.source_times.output,
    output:
        f"{RESULTS}/tables/source_lines.csv",
    params:
        code=code_hash("rmot.studies.sources.together"),
        named=lambda wildcards, input: named({Path(path).stem: path for path in input}),
    benchmark:
        f"{RESULTS}/timings/source_lines.tsv"
    shell:
        "python -m rmot.studies.sources.together --profile {PROFILE} {params.named}"
        " --output {output}"
