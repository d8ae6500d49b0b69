# Correlation from single assets, given shared factors: how well, and on two indices.


rule factor_errors_by_gap:
    output:
        f"{RESULTS}/tables/factor_errors_by_gap.csv",
    params:
        code=code_hash("rmot.studies.shared_factors.errors_by_gap"),
    benchmark:
        f"{RESULTS}/timings/factor_errors_by_gap.tsv"
    shell:
        "python -m rmot.studies.shared_factors.errors_by_gap --profile {PROFILE} --output {output}"


rule factor_index_fit:
    input:
        spx=CHAINS["SPX"],
        ndx=CHAINS["NDX"],
    output:
        csv=f"{RESULTS}/tables/factor_index_fit.csv",
        tex=f"{RESULTS}/tables/factor_index_fit.tex",
    params:
        code=code_hash("rmot.studies.shared_factors.index_fit"),
    benchmark:
        f"{RESULTS}/timings/factor_index_fit.tsv"
    shell:
        "python -m rmot.studies.shared_factors.index_fit --profile {PROFILE}"
        " --input SPX={input.spx} --input NDX={input.ndx} --output {output.csv}"
