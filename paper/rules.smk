# The article: its numbers, then its pages. Without TeX the numbers are still made and compared.
from paper.report.described import describe

ARTICLE = sorted(glob_wildcards("paper/{path,.*}.tex").path)


rule numbers:
    input:
        rules.quotes_kept.output.csv,
        rules.static_arbitrage.output.csv,
        rules.published_filters.output.csv,
        rules.std_hurst_by_strikes.output.csv,
        rules.std_hurst_by_range.output.csv,
        rules.required_strikes.output.csv,
        rules.recovery.output.csv,
        rules.printed_errors.output.csv,
        rules.model_comparison.output.csv,
        rules.portfolio.output.csv,
        rules.skew_laws.output.csv,
        rules.realised_roughness.output.csv,
        rules.hurst_comparison.output.csv,
        rules.fit_tables.output.parameters,
        rules.fit_tables.output.quality,
        rules.tails.output.csv,
        rules.price_bounds.output.csv,
        rules.index_basket.output.csv,
        rules.index_basket_balls.output.csv,
        AS_PUBLISHED["csv"],
        rules.extrapolation_tables.output.errors,
        rules.extrapolation_tables.output.coverage,
        rules.extrapolation_tables.output.horizons,
        rules.escaping_mass_last_nodes.output,
        rules.escaping_mass_far_calls.output.csv,
        rules.factor_errors_by_gap.output,
        rules.factor_index_fit.output.csv,
        rules.equal_weight_widths.output,
        rules.equal_weight_correlations.output.csv,
        rules.equal_weight_matrices.output.csv,
        rules.two_dates_convex_order.output.csv,
        rules.two_dates_bounds.output.csv,
        rules.two_dates_index_options.output.csv,
        rules.two_dates_pairs.output,
        rules.dow_quotes.output.csv,
        rules.dow_bounds.output.csv,
        rules.dow_correlation.output.csv,
        rules.factor_correlations.output.csv,
        rules.factor_baskets.output,
        rules.path_biases.output.csv,
        rules.spread_smiles.output,
        rules.spread_controls.output.csv,
        rules.spread_shapes.output,
        rules.projection_errors.output.csv,
        rules.arbitrage_digitals.output.csv,
        rules.alpha_equivalents.output,
        rules.exact_spreads.output.csv,
        rules.forty_parameters.output.csv,
        rules.forty_numbers.output,
        rules.typical_numbers.output,
        rules.observable_smiles.output.csv,
        rules.neural_errors.output.csv,
        rules.neural_recovery.output.csv,
        rules.neural_bounds.output.csv,
        rules.published_neural_statistics.output.statistics,
        rules.published_neural_statistics.output.scores,
        rules.published_neural_parameters.output.market,
        rules.published_neural_parameters.output.coherence,
        rules.published_neural_pricing.output.pricing,
        rules.published_neural_pricing.output.simulation,
        rules.capital_charges.output.csv,
        rules.capital_sensitivity.output.csv,
        rules.capital_by_assets.output,
        rules.traded_bounds.output.csv,
        rules.told_closes.output,
        rules.seed_stability.output.csv,
        rules.seed_stability.output.power,
        rules.seed_stability.output.held_out,
        rules.engine_accuracy.output.csv,
        rules.transport_timing.output.csv,
        rules.calibration_race.output.csv,
        rules.asset_days_plan.output.csv,
        rules.offered_correlations.output.csv,
        rules.recovered_correlations.output.csv,
        rules.block_newton_steps.output.csv,
        rules.coupling_scaling.output.csv,
        rules.recovery_by_strikes.output,
        rules.fund_smiles.output,
        rules.far_quotes.output,
        rules.width_by_maturity.output,
        rules.search_paths.output,
        rules.spectra.output,
        rules.backtest_options.output.csv,
        rules.backtest_returns.output.csv,
        rules.claims.output.csv,
        rules.enclosed_balls.output,
        article=expand("paper/{path}.tex", path=ARTICLE),
    output:
        json=f"{RESULTS}/paper/numbers.json",
        tex=f"{RESULTS}/paper/numbers.tex",
    params:
        code=code_hash("paper.numbers"),
        tables=lambda wildcards, input: [path for path in input if path.endswith(".csv")],
    benchmark:
        f"{RESULTS}/timings/numbers.tsv"
    shell:
        "python -m paper.numbers --profile {PROFILE} --output {output.json} {params.tables}"


rule claims_list:
    input:
        rules.claims.output.csv,
    output:
        table=f"{RESULTS}/tables/claims_list.tex",
        summary=f"{RESULTS}/tables/claims_summary.tex",
        macros=f"{RESULTS}/tables/verdicts.tex",
    params:
        code=code_hash("paper.claims_list"),
    shell:
        "python -m paper.claims_list --ledger {input} --output {output.table}"
        " --summary {output.summary} --verdicts {output.macros}"


rule programs:
    input:
        article=expand("paper/{path}.tex", path=ARTICLE),
    output:
        f"{RESULTS}/tables/programs.tex",
    params:
        code=code_hash("paper.programs"),
    shell:
        "python -m paper.programs --output {output}"


rule source_items:
    input:
        lines=rules.source_lines.output,
        counterparts="paper/counterparts.toml",
    output:
        f"{RESULTS}/tables/source_items.tex",
    params:
        code=code_hash("paper.source_items"),
    shell:
        "python -m paper.source_items --lines {input.lines} --counterparts {input.counterparts}"
        " --output {output}"


rule typeset:
    input:
        rules.source_items.output,
        rules.programs.output,
        rules.claims_list.output.table,
        rules.claims_list.output.summary,
        rules.claims_list.output.macros,
        rules.numbers.output.tex,
        rules.quotes_kept.output.tex,
        rules.required_strikes.output.tex,
        rules.recovery.output.tex,
        rules.printed_errors.output.tex,
        rules.model_comparison.output.tex,
        rules.portfolio.output.tex,
        rules.realised_roughness.output.tex,
        rules.hurst_comparison.output.tex,
        rules.fit_tables.output.tex,
        rules.tails.output.tex,
        rules.price_bounds.output.tex,
        rules.index_basket.output.tex,
        rules.two_dates_bounds.output.tex,
        rules.traded_bounds.output.tex,
        rules.seed_stability.output.tex,
        rules.two_dates_index_options.output.tex,
        rules.dow_bounds.output.tex,
        AS_PUBLISHED["tex"],
        rules.extrapolation_tables.output.errors_tex,
        rules.extrapolation_tables.output.coverage_tex,
        rules.extrapolation_tables.output.horizons_tex,
        rules.escaping_mass_far_calls.output.tex,
        rules.factor_index_fit.output.tex,
        rules.equal_weight_correlations.output.tex,
        rules.equal_weight_matrices.output.tex,
        rules.factor_correlations.output.tex,
        rules.path_biases.output.tex,
        rules.exact_spreads.output.tex,
        rules.forty_parameters.output.tex,
        rules.observable_smiles.output.tex,
        rules.neural_errors.output.tex,
        rules.neural_recovery.output.tex,
        rules.neural_bounds.output.tex,
        rules.published_neural_statistics.output.statistics_tex,
        rules.published_neural_statistics.output.scores_tex,
        rules.published_neural_parameters.output.market_tex,
        rules.published_neural_parameters.output.robustness_tex,
        rules.published_neural_parameters.output.coherence_tex,
        rules.published_neural_frequencies.output.tex,
        rules.published_neural_pricing.output.pricing_tex,
        rules.published_neural_pricing.output.simulation_tex,
        rules.spread_controls.output.tex,
        rules.projection_errors.output.tex,
        rules.arbitrage_digitals.output.tex,
        rules.capital_charges.output.tex,
        rules.capital_sensitivity.output.tex,
        rules.path_timing.output.tex,
        rules.engine_accuracy.output.tex,
        rules.engine_timing.output.tex,
        rules.operations.output.tex,
        rules.measured_budgets.output.tex,
        rules.transport_timing.output.tex,
        rules.calibration_race.output.tex,
        rules.asset_days_plan.output.tex,
        rules.offered_correlations.output.tex,
        rules.recovered_correlations.output.tex,
        rules.block_newton_steps.output.tex,
        rules.coupling_scaling.output.tex,
        rules.backtest_options.output.tex,
        rules.backtest_returns.output.tex,
        expand(f"{RESULTS}/figures/{{name}}.pdf", name=FIGURES),
        article=expand("paper/{path}.tex", path=ARTICLE),
        references="paper/references.bib",
    output:
        f"{RESULTS}/paper/rmot.pdf",
    params:
        code=code_hash("paper.build"),
        made=lambda wildcards, input: [path for path in input if path.startswith(RESULTS)],
    benchmark:
        f"{RESULTS}/timings/typeset.tsv"
    shell:
        "python -m paper.build --output {output} {params.made}"


rule paper:
    input:
        rules.typeset.output if WITH_TEX else rules.numbers.output,


rule report:
    input:
        ledger=rules.claims.output.json,
        certificates=rules.verified.input.certificates,
        # The graph of claims stands in the page itself.
        figures=[f"{RESULTS}/figures/{name}.png" for name in FIGURES if name != "claims_graph"],
        tables=sorted(
            {
                str(path)
                for path in [
                    *rules.tables.input,
                    *rules.benchmarks.input,
                    *(f"{RESULTS}/{path}" for paths in FIGURES.values() for path in paths),
                ]
                if str(path).endswith(".csv") and not str(path).startswith(f"{RESULTS}/claims/")
            }
        ),
        numbers=rules.numbers.output.tex,
        lines=rules.source_lines.output,
        counterparts="paper/counterparts.toml",
        provenance=f"{RESULTS}/provenance.json",
        registry="data/registry.toml",
        article=expand("paper/{path}.tex", path=ARTICLE),
        page=sorted(
            str(path)
            for path in Path("paper/report").iterdir()
            if path.suffix in (".html", ".css", ".js")
        ),
    output:
        f"{RESULTS}/report/index.html",
    params:
        code=code_hash("paper.report.page"),
        rules=lambda wildcards: describe(
            workflow.rules,
            [Path(RESULTS), data_root()],
            {
                "figure": [{"name": name} for name in FIGURES],
                "certificates": [{"topic": topic} for topic in TOPICS],
            },
        ),
    shell:
        "python -m paper.report.page --profile {PROFILE} --ledger {input.ledger}"
        " --certificates {input.certificates} --figures {input.figures} --tables {input.tables}"
        " --numbers {input.numbers} --lines {input.lines} --counterparts {input.counterparts}"
        " --provenance {input.provenance} --rules {params.rules} --output {output}"
