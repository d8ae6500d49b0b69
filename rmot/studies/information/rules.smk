# What quotes say of H: 002's Theorem 3.1, its table and figures, computed.


rule std_hurst_by_strikes:
    input:
        FITS["SPX"],
    output:
        csv=f"{RESULTS}/tables/std_hurst_by_strikes.csv",
        tex=f"{RESULTS}/tables/std_hurst_by_strikes.tex",
    params:
        code=code_hash("rmot.studies.information.std_hurst_by_strikes"),
    benchmark:
        f"{RESULTS}/timings/std_hurst_by_strikes.tsv"
    shell:
        "python -m rmot.studies.information.std_hurst_by_strikes --profile {PROFILE} --input SPX_fit={input}"
        " --output {output.csv}"


rule std_hurst_by_range:
    output:
        csv=f"{RESULTS}/tables/std_hurst_by_range.csv",
        tex=f"{RESULTS}/tables/std_hurst_by_range.tex",
    params:
        code=code_hash("rmot.studies.information.std_hurst_by_range"),
    benchmark:
        f"{RESULTS}/timings/std_hurst_by_range.tsv"
    shell:
        "python -m rmot.studies.information.std_hurst_by_range --profile {PROFILE} --output {output.csv}"


rule required_strikes:
    input:
        FITS["SPX"],
    output:
        csv=f"{RESULTS}/tables/required_strikes.csv",
        tex=f"{RESULTS}/tables/required_strikes.tex",
    params:
        code=code_hash("rmot.studies.information.required_strikes"),
    benchmark:
        f"{RESULTS}/timings/required_strikes.tsv"
    shell:
        "python -m rmot.studies.information.required_strikes --profile {PROFILE} --input SPX_fit={input}"
        " --output {output.csv}"


rule printed_errors:
    input:
        "proofs_check/tables/002_table_5.csv",
    output:
        csv=f"{RESULTS}/tables/printed_errors.csv",
        tex=f"{RESULTS}/tables/printed_errors.tex",
    params:
        code=code_hash("rmot.studies.information.printed_errors"),
    benchmark:
        f"{RESULTS}/timings/printed_errors.tsv"
    shell:
        "python -m rmot.studies.information.printed_errors --profile {PROFILE} --input published={input}"
        " --output {output.csv}"


rule recovery_draws:
    input:
        FITS["SPX"],
    output:
        f"{RESULTS}/tables/recovery_draws_{{name}}.csv",
    params:
        code=code_hash("rmot.studies.information.recovery_draws"),
        seed=SEEDS["recovery_draws"],
    benchmark:
        f"{RESULTS}/timings/recovery_draws_{{name}}.tsv"
    shell:
        "python -m rmot.studies.information.recovery_draws --profile {PROFILE} --input SPX_fit={input}"
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
        code=code_hash("rmot.studies.information.recovery"),
        named=named(RECOVERED),
    benchmark:
        f"{RESULTS}/timings/recovery.tsv"
    shell:
        "python -m rmot.studies.information.recovery --profile {PROFILE} {params.named}"
        " --input SPX_fit={input.fit} --output {output.csv}"
