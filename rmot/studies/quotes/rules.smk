# What the quotes are: which were kept, what published filters leave, whether they hold arbitrage.


rule quotes_kept:
    input:
        CHAINS.values(),
    output:
        csv=f"{RESULTS}/tables/quotes_kept.csv",
        tex=f"{RESULTS}/tables/quotes_kept.tex",
    params:
        code=code_hash("rmot.studies.quotes.quotes_kept"),
        named=named(CHAINS),
    benchmark:
        f"{RESULTS}/timings/quotes_kept.tsv"
    shell:
        "python -m rmot.studies.quotes.quotes_kept --profile {PROFILE} {params.named}"
        " --output {output.csv}"


rule published_filters:
    input:
        CHAINS.values(),
    output:
        csv=f"{RESULTS}/tables/published_filters.csv",
        tex=f"{RESULTS}/tables/published_filters.tex",
    params:
        code=code_hash("rmot.studies.quotes.published_filters"),
        named=named(CHAINS),
    benchmark:
        f"{RESULTS}/timings/published_filters.tsv"
    shell:
        "python -m rmot.studies.quotes.published_filters --profile {PROFILE} {params.named}"
        " --output {output.csv}"


rule static_arbitrage:
    input:
        CHAINS.values(),
    output:
        csv=f"{RESULTS}/tables/static_arbitrage.csv",
        tex=f"{RESULTS}/tables/static_arbitrage.tex",
    params:
        code=code_hash("rmot.studies.quotes.static_arbitrage"),
        named=named(CHAINS),
    benchmark:
        f"{RESULTS}/timings/static_arbitrage.tsv"
    shell:
        "python -m rmot.studies.quotes.static_arbitrage --profile {PROFILE} {params.named}"
        " --output {output.csv}"
