# Simulated paths against Fourier prices.


rule path_biases:
    output:
        csv=f"{RESULTS}/tables/path_biases.csv",
        tex=f"{RESULTS}/tables/path_biases.tex",
    params:
        code=code_hash("rmot.studies.paths.path_biases"),
        seed=SEEDS["path_biases"],
    benchmark:
        f"{RESULTS}/timings/path_biases.tsv"
    shell:
        "python -m rmot.studies.paths.path_biases --profile {PROFILE} --seed {params.seed}"
        " --output {output.csv}"
