# Correlation as the sources estimate it, and their Newton steps.


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
