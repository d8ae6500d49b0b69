# An equal-weight basket of the portfolio's names.

_PAST = {
    name: path
    for name, chain in _HERE.items()
    if chain and (path := locate(f"prices/{name}"))
}
_IMPLIED = {"implied": path for path in [locate("correlation/COR1M_History")] if path}
_PAST_FILES = {f"history_{name}": str(path) for name, path in _PAST.items()} | {
    name: str(path) for name, path in _IMPLIED.items()
}


rule equal_weight_widths:
    input:
        portfolio=rules.portfolio.output.csv,
        past=list(_PAST_FILES.values()),
    output:
        f"{RESULTS}/tables/equal_weight_widths.csv",
    params:
        code=code_hash("rmot.studies.equal_weight.widths"),
        past=named(_PAST_FILES),
        seed=SEEDS["equal_weight"],
    benchmark:
        f"{RESULTS}/timings/equal_weight_widths.tsv"
    shell:
        "python -m rmot.studies.equal_weight.widths --profile {PROFILE} --seed {params.seed}"
        " --input portfolio={input.portfolio} {params.past} --output {output}"


rule equal_weight_correlations:
    input:
        portfolio=rules.portfolio.output.csv,
        past=list(_PAST_FILES.values()),
    output:
        csv=f"{RESULTS}/tables/equal_weight_correlations.csv",
        tex=f"{RESULTS}/tables/equal_weight_correlations.tex",
    params:
        code=code_hash("rmot.studies.equal_weight.correlations"),
        past=named(_PAST_FILES),
        seed=SEEDS["equal_weight"],
    benchmark:
        f"{RESULTS}/timings/equal_weight_correlations.tsv"
    shell:
        "python -m rmot.studies.equal_weight.correlations --profile {PROFILE} --seed {params.seed}"
        " --input portfolio={input.portfolio} {params.past} --output {output.csv}"


rule equal_weight_factor_fit:
    input:
        PORTFOLIO.values(),
    output:
        f"{RESULTS}/fits/factors/portfolio.json",
    params:
        code=code_hash("rmot.studies.equal_weight.factor_fit"),
        named=named(PORTFOLIO),
        seed=SEEDS["equal_weight"],
    priority: 1
    benchmark:
        f"{RESULTS}/timings/equal_weight_factor_fit.tsv"
    shell:
        "python -m rmot.studies.equal_weight.factor_fit --profile {PROFILE} --seed {params.seed}"
        " {params.named} --output {output}"


rule equal_weight_matrices:
    input:
        portfolio=rules.portfolio.output.csv,
        fit=rules.equal_weight_factor_fit.output,
        past=list(_PAST_FILES.values()),
    output:
        csv=f"{RESULTS}/tables/equal_weight_matrices.csv",
        tex=f"{RESULTS}/tables/equal_weight_matrices.tex",
    params:
        code=code_hash("rmot.studies.equal_weight.matrices"),
        past=named(_PAST_FILES),
        seed=SEEDS["equal_weight"],
    benchmark:
        f"{RESULTS}/timings/equal_weight_matrices.tsv"
    shell:
        "python -m rmot.studies.equal_weight.matrices --profile {PROFILE} --seed {params.seed}"
        " --input portfolio={input.portfolio} --input fit={input.fit} {params.past} --output {output.csv}"
