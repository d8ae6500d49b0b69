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
    benchmark:
        f"{RESULTS}/timings/index_fit_{{name}}.tsv"
    shell:
        "python -m rmot.studies.index_fit --profile {PROFILE}"
        " --input {params.underlying}={input.chain} --output {output}"


FITS = {underlying: f"{RESULTS}/fits/{underlying.lower()}.json" for underlying in CHAINS}


def named(files):
    return " ".join(f"--input {name}={path}" for name, path in files.items())


rule quotes_kept:
    input:
        CHAINS.values(),
    output:
        csv=f"{RESULTS}/tables/quotes_kept.csv",
        tex=f"{RESULTS}/tables/quotes_kept.tex",
    params:
        code=code_hash("rmot.studies.quotes_kept"),
        named=named(CHAINS),
    benchmark:
        f"{RESULTS}/timings/quotes_kept.tsv"
    shell:
        "python -m rmot.studies.quotes_kept --profile {PROFILE} {params.named}"
        " --output {output.csv}"


rule published_filters:
    input:
        CHAINS.values(),
    output:
        csv=f"{RESULTS}/tables/published_filters.csv",
        tex=f"{RESULTS}/tables/published_filters.tex",
    params:
        code=code_hash("rmot.studies.published_filters"),
        named=named(CHAINS),
    benchmark:
        f"{RESULTS}/timings/published_filters.tsv"
    shell:
        "python -m rmot.studies.published_filters --profile {PROFILE} {params.named}"
        " --output {output.csv}"


rule static_arbitrage:
    input:
        CHAINS.values(),
    output:
        csv=f"{RESULTS}/tables/static_arbitrage.csv",
        tex=f"{RESULTS}/tables/static_arbitrage.tex",
    params:
        code=code_hash("rmot.studies.static_arbitrage"),
        named=named(CHAINS),
    benchmark:
        f"{RESULTS}/timings/static_arbitrage.tsv"
    shell:
        "python -m rmot.studies.static_arbitrage --profile {PROFILE} {params.named}"
        " --output {output.csv}"


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


rule std_hurst_by_strikes:
    input:
        FITS["SPX"],
    output:
        csv=f"{RESULTS}/tables/std_hurst_by_strikes.csv",
        tex=f"{RESULTS}/tables/std_hurst_by_strikes.tex",
    params:
        code=code_hash("rmot.studies.std_hurst_by_strikes"),
    benchmark:
        f"{RESULTS}/timings/std_hurst_by_strikes.tsv"
    shell:
        "python -m rmot.studies.std_hurst_by_strikes --profile {PROFILE} --input SPX_fit={input}"
        " --output {output.csv}"


rule std_hurst_by_range:
    output:
        csv=f"{RESULTS}/tables/std_hurst_by_range.csv",
        tex=f"{RESULTS}/tables/std_hurst_by_range.tex",
    params:
        code=code_hash("rmot.studies.std_hurst_by_range"),
    benchmark:
        f"{RESULTS}/timings/std_hurst_by_range.tsv"
    shell:
        "python -m rmot.studies.std_hurst_by_range --profile {PROFILE} --output {output.csv}"


rule required_strikes:
    input:
        FITS["SPX"],
    output:
        csv=f"{RESULTS}/tables/required_strikes.csv",
        tex=f"{RESULTS}/tables/required_strikes.tex",
    params:
        code=code_hash("rmot.studies.required_strikes"),
    benchmark:
        f"{RESULTS}/timings/required_strikes.tsv"
    shell:
        "python -m rmot.studies.required_strikes --profile {PROFILE} --input SPX_fit={input}"
        " --output {output.csv}"


rule printed_errors:
    input:
        "proofs_check/tables/002_table_5.csv",
    output:
        csv=f"{RESULTS}/tables/printed_errors.csv",
        tex=f"{RESULTS}/tables/printed_errors.tex",
    params:
        code=code_hash("rmot.studies.printed_errors"),
    benchmark:
        f"{RESULTS}/timings/printed_errors.tsv"
    shell:
        "python -m rmot.studies.printed_errors --profile {PROFILE} --input published={input}"
        " --output {output.csv}"


rule recovery_draws:
    input:
        FITS["SPX"],
    output:
        f"{RESULTS}/tables/recovery_draws_{{name}}.csv",
    params:
        code=code_hash("rmot.studies.recovery_draws"),
        seed=SEEDS["recovery_draws"],
    benchmark:
        f"{RESULTS}/timings/recovery_draws_{{name}}.tsv"
    shell:
        "python -m rmot.studies.recovery_draws --profile {PROFILE} --input SPX_fit={input}"
        " --case {wildcards.name} --seed {params.seed} --output {output}"


RECOVERED = {
    name: f"{RESULTS}/tables/recovery_draws_{name}.csv"
    for name in ("index", "relative", "lifted", "fitted")
}


rule recovery:
    input:
        RECOVERED.values(),
        fit=FITS["SPX"],
    output:
        csv=f"{RESULTS}/tables/recovery.csv",
        tex=f"{RESULTS}/tables/recovery.tex",
    params:
        code=code_hash("rmot.studies.recovery"),
        named=named(RECOVERED),
    benchmark:
        f"{RESULTS}/timings/recovery.tsv"
    shell:
        "python -m rmot.studies.recovery --profile {PROFILE} {params.named}"
        " --input SPX_fit={input.fit} --output {output.csv}"
rule atm_skew:
    input:
        CHAINS.values(),
    output:
        f"{RESULTS}/tables/atm_skew.csv",
    params:
        code=code_hash("rmot.studies.atm_skew"),
        named=named(CHAINS),
    benchmark:
        f"{RESULTS}/timings/atm_skew.tsv"
    shell:
        "python -m rmot.studies.atm_skew --profile {PROFILE} {params.named} --output {output}"


rule skew_laws:
    input:
        rules.atm_skew.output,
    output:
        csv=f"{RESULTS}/tables/skew_laws.csv",
        tex=f"{RESULTS}/tables/skew_laws.tex",
    params:
        code=code_hash("rmot.studies.skew_laws"),
    benchmark:
        f"{RESULTS}/timings/skew_laws.tsv"
    shell:
        "python -m rmot.studies.skew_laws --profile {PROFILE} --input skew={input}"
        " --output {output.csv}"


rule realised_roughness:
    input:
        REALISED.values(),
    output:
        csv=f"{RESULTS}/tables/realised_roughness.csv",
        tex=f"{RESULTS}/tables/realised_roughness.tex",
        curves=f"{RESULTS}/tables/realised_variograms.csv",
    params:
        code=code_hash("rmot.studies.realised_roughness", "rmot.studies.realised_variograms"),
        named=named(REALISED),
        indices=REALISED["indices"],
    benchmark:
        f"{RESULTS}/timings/realised_roughness.tsv"
    shell:
        "python -m rmot.studies.realised_roughness --profile {PROFILE} {params.named}"
        " --output {output.csv}"
        " && python -m rmot.studies.realised_variograms --profile {PROFILE}"
        " --input indices={params.indices} --output {output.curves}"


rule hurst_comparison:
    input:
        skew=rules.skew_laws.output.csv,
        realised=rules.realised_roughness.output.csv,
    output:
        csv=f"{RESULTS}/tables/hurst_comparison.csv",
        tex=f"{RESULTS}/tables/hurst_comparison.tex",
    params:
        code=code_hash("rmot.studies.hurst_comparison"),
    benchmark:
        f"{RESULTS}/timings/hurst_comparison.tsv"
    shell:
        "python -m rmot.studies.hurst_comparison --profile {PROFILE} --input skew={input.skew}"
        " --input realised={input.realised} --output {output.csv}"


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
        rules.std_hurst_by_strikes.output,
        rules.std_hurst_by_range.output,
        rules.required_strikes.output,
        rules.printed_errors.output,
        rules.recovery.output,
        rules.atm_skew.output,
        rules.skew_laws.output,
        rules.realised_roughness.output,
        rules.hurst_comparison.output,
