# The engine against a reference of its own and against QuantLib, bounds against cvxpy and Clarabel.
# Errors are a table like any other; times differ from run to run, stand apart from the tables, and
# no number of the article is one. What is timed by the clock has the machine for itself, on one
# thread, except if quick: there the times are not to be read. What counts the processor's own seconds
# runs beside other jobs.

TIMED_THREADS = 1 if PROFILE == "quick" else workflow.cores


rule reference_smiles:
    output:
        f"{RESULTS}/benchmarks/reference_smiles.csv",
    params:
        code=code_hash("benchmarks.reference_smiles"),
    benchmark:
        f"{RESULTS}/timings/reference_smiles.tsv"
    shell:
        "python -m benchmarks.reference_smiles --profile {PROFILE} --output {output}"


rule engine_accuracy:
    input:
        rules.reference_smiles.output,
    output:
        csv=f"{RESULTS}/tables/engine_accuracy.csv",
        tex=f"{RESULTS}/tables/engine_accuracy.tex",
    params:
        code=code_hash("benchmarks.engine_accuracy"),
    benchmark:
        f"{RESULTS}/timings/engine_accuracy.tsv"
    shell:
        "python -m benchmarks.engine_accuracy --profile {PROFILE} --input reference={input}"
        " --output {output.csv}"


rule engine_timing:
    input:
        rules.reference_smiles.output,
    output:
        csv=f"{RESULTS}/benchmarks/engine_timing.csv",
        tex=f"{RESULTS}/benchmarks/engine_timing.tex",
    params:
        code=code_hash("benchmarks.engine_timing"),
    threads: TIMED_THREADS
    benchmark:
        f"{RESULTS}/timings/engine_timing.tsv"
    shell:
        "python -m benchmarks.engine_timing --profile {PROFILE} --input reference={input}"
        " --output {output.csv}"


rule operations:
    input:
        rules.reference_smiles.output,
    output:
        csv=f"{RESULTS}/benchmarks/operations.csv",
        tex=f"{RESULTS}/benchmarks/operations.tex",
    params:
        code=code_hash("benchmarks.operations"),
    benchmark:
        f"{RESULTS}/timings/operations.tsv"
    shell:
        "python -m benchmarks.operations --profile {PROFILE} --input reference={input}"
        " --output {output.csv}"


rule calibration_timing:
    output:
        csv=f"{RESULTS}/benchmarks/calibration_timing.csv",
        tex=f"{RESULTS}/benchmarks/calibration_timing.tex",
    params:
        code=code_hash("benchmarks.calibration_timing"),
    threads: TIMED_THREADS
    benchmark:
        f"{RESULTS}/timings/calibration_timing.tsv"
    shell:
        "python -m benchmarks.calibration_timing --profile {PROFILE} --output {output.csv}"


rule transport_timing:
    output:
        csv=f"{RESULTS}/benchmarks/transport_timing.csv",
        tex=f"{RESULTS}/benchmarks/transport_timing.tex",
    params:
        code=code_hash("benchmarks.transport_timing"),
    threads: TIMED_THREADS
    benchmark:
        f"{RESULTS}/timings/transport_timing.tsv"
    shell:
        "python -m benchmarks.transport_timing --profile {PROFILE} --output {output.csv}"


rule bound_scaling:
    output:
        f"{RESULTS}/benchmarks/bound_scaling.csv",
    params:
        code=code_hash("benchmarks.bound_scaling"),
    benchmark:
        f"{RESULTS}/timings/bound_scaling.tsv"
    shell:
        "python -m benchmarks.bound_scaling --profile {PROFILE} --output {output}"


rule coupling_scaling:
    input:
        published="proofs_check/tables/002_table_4.csv",
    output:
        csv=f"{RESULTS}/benchmarks/coupling_scaling.csv",
        tex=f"{RESULTS}/benchmarks/coupling_scaling.tex",
    params:
        code=code_hash("benchmarks.coupling_scaling"),
    benchmark:
        f"{RESULTS}/timings/coupling_scaling.tsv"
    shell:
        "python -m benchmarks.coupling_scaling --profile {PROFILE}"
        " --input published={input.published} --output {output.csv}"


rule path_errors:
    output:
        f"{RESULTS}/benchmarks/path_errors.csv",
    params:
        code=code_hash("benchmarks.path_errors"),
    benchmark:
        f"{RESULTS}/timings/path_errors.tsv"
    shell:
        "python -m benchmarks.path_errors --profile {PROFILE} --output {output}"


rule path_timing:
    input:
        rules.path_errors.output,
    output:
        csv=f"{RESULTS}/benchmarks/path_timing.csv",
        tex=f"{RESULTS}/benchmarks/path_timing.tex",
    params:
        code=code_hash("benchmarks.path_timing"),
    benchmark:
        f"{RESULTS}/timings/path_timing.tsv"
    shell:
        "python -m benchmarks.path_timing --profile {PROFILE} --input errors={input}"
        " --output {output.csv}"


rule two_dates_timing:
    input:
        CHAINS["SPX"],
    output:
        csv=f"{RESULTS}/benchmarks/two_dates_timing.csv",
        tex=f"{RESULTS}/benchmarks/two_dates_timing.tex",
    params:
        code=code_hash("benchmarks.two_dates_timing"),
    benchmark:
        f"{RESULTS}/timings/two_dates_timing.tsv"
    shell:
        "python -m benchmarks.two_dates_timing --profile {PROFILE} --input SPX={input}"
        " --output {output.csv}"


rule spread_timing:
    output:
        csv=f"{RESULTS}/benchmarks/spread_timing.csv",
        tex=f"{RESULTS}/benchmarks/spread_timing.tex",
    params:
        code=code_hash("benchmarks.spread_timing"),
    benchmark:
        f"{RESULTS}/timings/spread_timing.tsv"
    shell:
        "python -m benchmarks.spread_timing --profile {PROFILE} --output {output.csv}"


# Of a machine with nothing else to do: measured by hand with `python -m benchmarks`, and kept.
MEASURED = sorted(Path("benchmarks/measured").glob("*.jsonl"))


rule measured_budgets:
    input:
        MEASURED,
    output:
        csv=f"{RESULTS}/benchmarks/measured_budgets.csv",
        tex=f"{RESULTS}/benchmarks/measured_budgets.tex",
    params:
        code=code_hash("benchmarks.measured_budgets"),
        inputs=" ".join(f"--input {number}={path}" for number, path in enumerate(MEASURED, 1)),
    benchmark:
        f"{RESULTS}/timings/measured_budgets.tsv"
    shell:
        "python -m benchmarks.measured_budgets --profile {PROFILE} {params.inputs}"
        " --output {output.csv}"


rule calibration_race:
    input:
        CHAINS["SPX"],
    output:
        csv=f"{RESULTS}/benchmarks/calibration_race.csv",
        tex=f"{RESULTS}/benchmarks/calibration_race.tex",
    params:
        code=code_hash("benchmarks.calibration_race"),
    benchmark:
        f"{RESULTS}/timings/calibration_race.tsv"
    shell:
        "python -m benchmarks.calibration_race --profile {PROFILE} --input SPX={input}"
        " --output {output.csv}"


rule benchmarks:
    input:
        rules.measured_budgets.output,
        rules.coupling_scaling.output,
        rules.engine_accuracy.output,
        rules.engine_timing.output,
        rules.operations.output,
        rules.calibration_timing.output,
        rules.transport_timing.output,
        rules.bound_scaling.output,
        rules.path_timing.output,
        rules.two_dates_timing.output,
        rules.spread_timing.output,
        rules.calibration_race.output,
