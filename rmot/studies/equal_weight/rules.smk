# An equal-weight basket of the portfolio's names.

_PAST = {
    name: path
    for name, chain in _HERE.items()
    if chain and (path := locate(f"prices/{name}"))
}
_IMPLIED = {"implied": locate("correlation/COR1M_History")}


def _past_arguments():
    given = {f"history_{name}": path for name, path in _PAST.items()} | _IMPLIED
    return " ".join(f"--input {name}={path}" for name, path in given.items() if path)


rule equal_weight_widths:
    input:
        rules.portfolio.output.csv,
        [str(path) for path in _PAST.values()],
    output:
        f"{RESULTS}/tables/equal_weight_widths.csv",
    params:
        code=code_hash("rmot.studies.equal_weight.widths"),
        past=_past_arguments(),
        seed=SEEDS["equal_weight"],
    benchmark:
        f"{RESULTS}/timings/equal_weight_widths.tsv"
    shell:
        "python -m rmot.studies.equal_weight.widths --profile {PROFILE} --seed {params.seed}"
        " --input portfolio={input[0]} {params.past} --output {output}"


rule equal_weight_correlations:
    input:
        rules.portfolio.output.csv,
        [str(path) for path in _PAST.values()],
    output:
        csv=f"{RESULTS}/tables/equal_weight_correlations.csv",
        tex=f"{RESULTS}/tables/equal_weight_correlations.tex",
    params:
        code=code_hash("rmot.studies.equal_weight.correlations"),
        past=_past_arguments(),
        seed=SEEDS["equal_weight"],
    benchmark:
        f"{RESULTS}/timings/equal_weight_correlations.tsv"
    shell:
        "python -m rmot.studies.equal_weight.correlations --profile {PROFILE} --seed {params.seed}"
        " --input portfolio={input[0]} {params.past} --output {output.csv}"


rule equal_weight_factor_fit:
    input:
        PORTFOLIO.values(),
    output:
        f"{RESULTS}/fits/factors/portfolio.json",
    params:
        code=code_hash("rmot.studies.equal_weight.factor_fit"),
        named=named(PORTFOLIO),
        seed=SEEDS["equal_weight"],
    benchmark:
        f"{RESULTS}/timings/equal_weight_factor_fit.tsv"
    shell:
        "python -m rmot.studies.equal_weight.factor_fit --profile {PROFILE} --seed {params.seed}"
        " {params.named} --output {output}"


rule equal_weight_matrices:
    input:
        rules.portfolio.output.csv,
        rules.equal_weight_factor_fit.output,
        [str(path) for path in _PAST.values()],
    output:
        csv=f"{RESULTS}/tables/equal_weight_matrices.csv",
        tex=f"{RESULTS}/tables/equal_weight_matrices.tex",
    params:
        code=code_hash("rmot.studies.equal_weight.matrices"),
        past=_past_arguments(),
        seed=SEEDS["equal_weight"],
    benchmark:
        f"{RESULTS}/timings/equal_weight_matrices.tsv"
    shell:
        "python -m rmot.studies.equal_weight.matrices --profile {PROFILE} --seed {params.seed}"
        " --input portfolio={input[0]} --input fit={input[1]} {params.past} --output {output.csv}"
