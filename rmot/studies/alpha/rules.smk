# Alpha models, source 004.

_FORTY = {
    "parameters": "proofs_check/tables/004_figure_13_parameters.csv",
    "variables": "proofs_check/tables/004_figure_13_variables.csv",
    "optimum": "proofs_check/tables/004_figure_14.csv",
    "observables": "proofs_check/tables/004_figure_15.csv",
    "derivatives": "proofs_check/tables/004_figure_16.csv",
}


rule forty_parameters:
    input:
        _FORTY.values(),
    output:
        csv=f"{RESULTS}/tables/forty_parameters.csv",
        tex=f"{RESULTS}/tables/forty_parameters.tex",
    params:
        code=code_hash("rmot.studies.alpha.forty_parameters"),
        named=named(_FORTY),
        seed=SEEDS["forty_parameters"],
    benchmark:
        f"{RESULTS}/timings/forty_parameters.tsv"
    shell:
        "python -m rmot.studies.alpha.forty_parameters --profile {PROFILE}"
        " --seed {params.seed} {params.named} --output {output.csv}"


rule forty_numbers:
    input:
        _FORTY.values(),
    output:
        f"{RESULTS}/tables/forty_numbers.csv",
    params:
        code=code_hash("rmot.studies.alpha.forty_numbers"),
        named=named(_FORTY),
        seed=SEEDS["forty_parameters"],
    benchmark:
        f"{RESULTS}/timings/forty_numbers.tsv"
    shell:
        "python -m rmot.studies.alpha.forty_numbers --profile {PROFILE}"
        " --seed {params.seed} {params.named} --output {output}"


rule observable_smiles:
    input:
        OBSERVED_FUNDS.values(),
    output:
        csv=f"{RESULTS}/tables/observable_smiles.csv",
        tex=f"{RESULTS}/tables/observable_smiles.tex",
    params:
        code=code_hash("rmot.studies.alpha.observable_smiles"),
        named=named(OBSERVED_FUNDS),
        seed=SEEDS["observable_smiles"],
    benchmark:
        f"{RESULTS}/timings/observable_smiles.tsv"
    shell:
        "python -m rmot.studies.alpha.observable_smiles --profile {PROFILE}"
        " --seed {params.seed} {params.named} --output {output.csv}"


rule projection_errors:
    input:
        _FORTY.values(),
    output:
        csv=f"{RESULTS}/tables/projection_errors.csv",
        tex=f"{RESULTS}/tables/projection_errors.tex",
    params:
        code=code_hash("rmot.studies.alpha.projection_errors"),
        named=named(_FORTY),
    benchmark:
        f"{RESULTS}/timings/projection_errors.tsv"
    shell:
        "python -m rmot.studies.alpha.projection_errors --profile {PROFILE} {params.named}"
        " --output {output.csv}"


rule arbitrage_digitals:
    output:
        csv=f"{RESULTS}/tables/arbitrage_digitals.csv",
        tex=f"{RESULTS}/tables/arbitrage_digitals.tex",
    params:
        code=code_hash("rmot.studies.alpha.digitals"),
    benchmark:
        f"{RESULTS}/timings/arbitrage_digitals.tsv"
    shell:
        "python -m rmot.studies.alpha.digitals --profile {PROFILE} --output {output.csv}"


rule alpha_equivalents:
    output:
        f"{RESULTS}/tables/alpha_equivalents.csv",
    params:
        code=code_hash("rmot.studies.alpha.equivalents"),
    benchmark:
        f"{RESULTS}/timings/alpha_equivalents.tsv"
    shell:
        "python -m rmot.studies.alpha.equivalents --profile {PROFILE} --output {output}"


rule typical_numbers:
    output:
        f"{RESULTS}/tables/typical_numbers.csv",
    params:
        code=code_hash("rmot.studies.alpha.typical_numbers"),
    benchmark:
        f"{RESULTS}/timings/typical_numbers.tsv"
    shell:
        "python -m rmot.studies.alpha.typical_numbers --profile {PROFILE} --output {output}"


rule exact_spreads:
    output:
        csv=f"{RESULTS}/tables/exact_spreads.csv",
        tex=f"{RESULTS}/tables/exact_spreads.tex",
    params:
        code=code_hash("rmot.studies.alpha.exact_spreads"),
        seed=SEEDS["exact_spreads"],
    benchmark:
        f"{RESULTS}/timings/exact_spreads.tsv"
    shell:
        "python -m rmot.studies.alpha.exact_spreads --profile {PROFILE} --seed"
        " {params.seed} --output {output.csv}"
