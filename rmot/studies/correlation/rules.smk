# Correlation by what it rests on, as the sources estimate it, and their Newton steps.

_SERIES = {
    name: locate(dataset)
    for name, dataset in {
        "SPY": "prices/SPY",
        "QQQ": "prices/QQQ",
        "COR1M": "correlation/COR1M_History",
    }.items()
}
_OFFERED_SERIES = {name: str(path) for name, path in _SERIES.items() if path}


rule offered_correlations:
    input:
        FITS.values(),
        _OFFERED_SERIES.values(),
    output:
        csv=f"{RESULTS}/tables/offered_correlations.csv",
        tex=f"{RESULTS}/tables/offered_correlations.tex",
    params:
        code=code_hash("rmot.studies.correlation.offered"),
        named=named({**{f"{name}_fit": path for name, path in FITS.items()}, **_OFFERED_SERIES}),
        seed=SEEDS["offered_correlations"],
    benchmark:
        f"{RESULTS}/timings/offered_correlations.tsv"
    shell:
        "python -m rmot.studies.correlation.offered --profile {PROFILE} --seed {params.seed}"
        " {params.named} --output {output.csv}"


rule recovered_correlations:
    input:
        published="proofs_check/tables/001_table_1.csv",
    output:
        csv=f"{RESULTS}/tables/recovered_correlations.csv",
        tex=f"{RESULTS}/tables/recovered_correlations.tex",
    params:
        code=code_hash("rmot.studies.correlation.recovered"),
        seed=SEEDS["recovered_correlations"],
    benchmark:
        f"{RESULTS}/timings/recovered_correlations.tsv"
    shell:
        "python -m rmot.studies.correlation.recovered --profile {PROFILE} --seed {params.seed}"
        " --input published={input.published} --output {output.csv}"


rule block_newton_steps:
    output:
        csv=f"{RESULTS}/tables/block_newton_steps.csv",
        tex=f"{RESULTS}/tables/block_newton_steps.tex",
    params:
        code=code_hash("rmot.studies.correlation.block_steps"),
        seed=SEEDS["block_newton_steps"],
    benchmark:
        f"{RESULTS}/timings/block_newton_steps.tsv"
    shell:
        "python -m rmot.studies.correlation.block_steps --profile {PROFILE} --seed {params.seed}"
        " --output {output.csv}"
