# DIA against its constituents: bounds from their quotes alone, and what one quote of its own adds.


rule dow_quotes:
    input:
        DOW.values(),
    output:
        csv=f"{RESULTS}/tables/dow_quotes.csv",
        smiles=f"{RESULTS}/tables/dow_smiles.csv",
    params:
        code=code_hash("rmot.studies.dow.quotes"),
        named=named(DOW),
        seed=SEEDS["synthetic_basket"],
    benchmark:
        f"{RESULTS}/timings/dow_quotes.tsv"
    shell:
        "python -m rmot.studies.dow.quotes --profile {PROFILE} {params.named}"
        " --seed {params.seed} --output {output.csv}"


rule dow_bounds:
    input:
        rules.dow_quotes.output.csv,
    output:
        csv=f"{RESULTS}/tables/dow_bounds.csv",
        tex=f"{RESULTS}/tables/dow_bounds.tex",
    params:
        code=code_hash("rmot.studies.dow.bounds"),
    benchmark:
        f"{RESULTS}/timings/dow_bounds.tsv"
    shell:
        "python -m rmot.studies.dow.bounds --profile {PROFILE} --input quotes={input}"
        " --output {output.csv}"


rule dow_correlation:
    input:
        quotes=rules.dow_quotes.output.csv,
        smiles=rules.dow_quotes.output.smiles,
    output:
        csv=f"{RESULTS}/tables/dow_correlation.csv",
        tex=f"{RESULTS}/tables/dow_correlation.tex",
    params:
        code=code_hash("rmot.studies.dow.correlation"),
        seed=SEEDS["gaussian_copula"],
    benchmark:
        f"{RESULTS}/timings/dow_correlation.tsv"
    shell:
        "python -m rmot.studies.dow.correlation --profile {PROFILE} --input quotes={input.quotes}"
        " --input smiles={input.smiles} --seed {params.seed} --output {output.csv}"


# Hedges in rationals behind some of the upper bounds; `verified` checks them.
rule dow_certified:
    input:
        rules.dow_quotes.output.csv,
    output:
        f"{RESULTS}/bounds/dow.json",
    params:
        code=code_hash("rmot.studies.dow.certified"),
    benchmark:
        f"{RESULTS}/timings/dow_certified.tsv"
    shell:
        "python -m rmot.studies.dow.certified --profile {PROFILE} --input quotes={input}"
        " --output {output}"
