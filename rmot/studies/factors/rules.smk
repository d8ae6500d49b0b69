# What a model of shared rough factors says of correlation.


rule factor_correlations:
    output:
        csv=f"{RESULTS}/tables/factor_correlations.csv",
        tex=f"{RESULTS}/tables/factor_correlations.tex",
    params:
        code=code_hash("rmot.studies.factors.correlations"),
        seed=SEEDS["factors"],
    benchmark:
        f"{RESULTS}/timings/factor_correlations.tsv"
    shell:
        "python -m rmot.studies.factors.correlations --profile {PROFILE} --seed"
        " {params.seed} --output {output.csv}"


rule factor_baskets:
    output:
        f"{RESULTS}/tables/factor_baskets.csv",
    params:
        code=code_hash("rmot.studies.factors.baskets"),
        seed=SEEDS["factors"],
    benchmark:
        f"{RESULTS}/timings/factor_baskets.tsv"
    shell:
        "python -m rmot.studies.factors.baskets --profile {PROFILE} --seed {params.seed}"
        " --output {output}"
