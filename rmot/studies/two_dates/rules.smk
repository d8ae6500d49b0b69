# One index at two dates: marginals in convex order, bounds of payoffs of both, hedges in rationals.


rule two_dates_convex_order:
    input:
        SURFACES.values(),
    output:
        csv=f"{RESULTS}/tables/two_dates_convex_order.csv",
    params:
        code=code_hash("rmot.studies.two_dates.convex_order"),
        named=named(SURFACES),
    benchmark:
        f"{RESULTS}/timings/two_dates_convex_order.tsv"
    shell:
        "python -m rmot.studies.two_dates.convex_order --profile {PROFILE} {params.named}"
        " --output {output.csv}"


# `verified_two_dates` checks the certificates in rationals.
rule two_dates_certified:
    input:
        CHAINS["SPX"],
    output:
        certificates=f"{RESULTS}/bounds/two_dates.json",
        bounds=f"{RESULTS}/bounds/two_dates.csv",
    params:
        code=code_hash("rmot.studies.two_dates.certified"),
    priority: 2
    benchmark:
        f"{RESULTS}/timings/two_dates_certified.tsv"
    shell:
        "python -m rmot.studies.two_dates.certified --profile {PROFILE} --input SPX={input}"
        " --output {output.certificates}"


rule two_dates_bounds:
    input:
        classical=rules.two_dates_certified.output.bounds,
        spx=CHAINS["SPX"],
        spx_fit=FITS["SPX"],
    output:
        csv=f"{RESULTS}/tables/two_dates_bounds.csv",
        tex=f"{RESULTS}/tables/two_dates_bounds.tex",
    params:
        code=code_hash("rmot.studies.two_dates.bounds"),
        seed=SEEDS["two_dates"],
    benchmark:
        f"{RESULTS}/timings/two_dates_bounds.tsv"
    shell:
        "python -m rmot.studies.two_dates.bounds --profile {PROFILE} --seed {params.seed}"
        " --input SPX={input.spx} --input SPX_fit={input.spx_fit}"
        " --input classical={input.classical} --output {output.csv}"


rule two_dates_pairs:
    input:
        SURFACES["SPX23"],
    output:
        f"{RESULTS}/tables/two_dates_pairs.csv",
    params:
        code=code_hash("rmot.studies.two_dates.pairs"),
        seed=SEEDS["two_dates"],
    priority: 1
    benchmark:
        f"{RESULTS}/timings/two_dates_pairs.tsv"
    shell:
        "python -m rmot.studies.two_dates.pairs --profile {PROFILE} --seed {params.seed}"
        " --input SPX={input} --output {output}"


rule two_dates_index_options:
    input:
        JOINT.values(),
    output:
        csv=f"{RESULTS}/tables/two_dates_index_options.csv",
        tex=f"{RESULTS}/tables/two_dates_index_options.tex",
    params:
        code=code_hash("rmot.studies.two_dates.index_options"),
        named=named(JOINT),
        seed=SEEDS["two_dates"],
    benchmark:
        f"{RESULTS}/timings/two_dates_index_options.tsv"
    shell:
        "python -m rmot.studies.two_dates.index_options --profile {PROFILE} --seed {params.seed}"
        " {params.named} --output {output.csv}"
