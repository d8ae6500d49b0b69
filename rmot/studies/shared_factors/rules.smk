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


rule factor_fit:
    input:
        spx=CHAINS["SPX"],
        ndx=CHAINS["NDX"],
    output:
        f"{RESULTS}/fits/factors/{{number}}.json",
    wildcard_constraints:
        number="[0-9]+",
    params:
        code=code_hash("rmot.studies.shared_factors.fit"),
    benchmark:
        f"{RESULTS}/timings/factor_fit_{{number}}.tsv"
    shell:
        "python -m rmot.studies.shared_factors.fit --profile {PROFILE} --case {wildcards.number}"
        " --input SPX={input.spx} --input NDX={input.ndx} --output {output}"


rule factor_index_fit:
    input:
        one=f"{RESULTS}/fits/factors/1.json",
        two=f"{RESULTS}/fits/factors/2.json",
    output:
        csv=f"{RESULTS}/tables/factor_index_fit.csv",
        tex=f"{RESULTS}/tables/factor_index_fit.tex",
    params:
        code=code_hash("rmot.studies.shared_factors.index_fit"),
    benchmark:
        f"{RESULTS}/timings/factor_index_fit.tsv"
    shell:
        "python -m rmot.studies.shared_factors.index_fit --profile {PROFILE}"
        " --input one={input.one} --input two={input.two} --output {output.csv}"
