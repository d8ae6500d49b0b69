# Quotes near the money and those far from it: predictions a chain at a time, then intervals, whose
# numbers one chain chooses for another.

_FUNDS = ("SPY", "QQQ", "IWM", "GLD") if PROFILE != "quick" else ()
EXTRAPOLATED = {name: SURFACES[name] for name in ("SPX", "SPX23")} | {
    name: PORTFOLIO[name] for name in _FUNDS if name in PORTFOLIO
}
PREDICTIONS = {
    name: f"{RESULTS}/extrapolation/{name.lower()}.csv" for name in EXTRAPOLATED
}


rule extrapolation_predictions:
    input:
        lambda wildcards: EXTRAPOLATED[wildcards.name.upper()],
    output:
        csv=f"{RESULTS}/extrapolation/{{name}}.csv",
        priors=directory(f"{RESULTS}/extrapolation/{{name}}"),
    params:
        code=code_hash("rmot.studies.extrapolation.predictions"),
        chain=lambda wildcards: wildcards.name.upper(),
    benchmark:
        f"{RESULTS}/timings/extrapolation_predictions_{{name}}.tsv"
    shell:
        "python -m rmot.studies.extrapolation.predictions --profile {PROFILE}"
        " --input {params.chain}={input} --output {output.csv}"


rule extrapolation_intervals:
    input:
        PREDICTIONS.values(),
        [path.removesuffix(".csv") for path in PREDICTIONS.values()],
    output:
        f"{RESULTS}/tables/extrapolation_intervals.csv",
    params:
        code=code_hash("rmot.studies.extrapolation.intervals"),
        named=named(PREDICTIONS),
    benchmark:
        f"{RESULTS}/timings/extrapolation_intervals.tsv"
    shell:
        "python -m rmot.studies.extrapolation.intervals --profile {PROFILE} {params.named}"
        " --output {output}"


rule extrapolation_tables:
    input:
        PREDICTIONS.values(),
        intervals=rules.extrapolation_intervals.output,
        printed="proofs_check/tables/002_table_3.csv",
    output:
        errors=f"{RESULTS}/tables/extrapolation_errors.csv",
        errors_tex=f"{RESULTS}/tables/extrapolation_errors.tex",
        coverage=f"{RESULTS}/tables/extrapolation_coverage.csv",
        coverage_tex=f"{RESULTS}/tables/extrapolation_coverage.tex",
        horizons=f"{RESULTS}/tables/extrapolation_horizons.csv",
        horizons_tex=f"{RESULTS}/tables/extrapolation_horizons.tex",
        smiles=f"{RESULTS}/tables/extrapolated_smiles.csv",
    params:
        code=code_hash(
            "rmot.studies.extrapolation.point_errors",
            "rmot.studies.extrapolation.coverage",
            "rmot.studies.extrapolation.horizons",
            "rmot.studies.extrapolation.smiles",
        ),
        named=named(PREDICTIONS),
    benchmark:
        f"{RESULTS}/timings/extrapolation_tables.tsv"
    shell:
        "python -m rmot.studies.extrapolation.point_errors --profile {PROFILE} {params.named}"
        " --input intervals={input.intervals} --output {output.errors}"
        " && python -m rmot.studies.extrapolation.coverage --profile {PROFILE}"
        " --input intervals={input.intervals} --output {output.coverage}"
        " && python -m rmot.studies.extrapolation.horizons --profile {PROFILE} {params.named}"
        " --input intervals={input.intervals} --input printed={input.printed}"
        " --output {output.horizons}"
        " && python -m rmot.studies.extrapolation.smiles --profile {PROFILE} {params.named}"
        " --input intervals={input.intervals} --output {output.smiles}"
