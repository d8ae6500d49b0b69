# Where quotes come from: the registered files where they lie, else chains of our own making.

INDEX_CHAINS = {
    "SPX": "chains/cboe_20220204/spx_quotedata",
    "NDX": "chains/cboe_20220204/ndx_quotedata",
}


def _chain(underlying, dataset):
    found = locate(dataset)
    return str(found) if found else f"{RESULTS}/data/synthetic_{underlying.lower()}.csv.gz"


CHAINS = {underlying: _chain(underlying, dataset) for underlying, dataset in INDEX_CHAINS.items()}


rule synthetic_chain:
    output:
        f"{RESULTS}/data/synthetic_{{name}}.csv.gz",
    params:
        code=code_hash("rmot.market.synthetic"),
        underlying=lambda wildcards: wildcards.name.upper(),
        seed=SEEDS["synthetic_chain"],
    benchmark:
        f"{RESULTS}/timings/synthetic_{{name}}.tsv"
    shell:
        "python -m rmot.market.synthetic --underlying {params.underlying} --seed {params.seed} --out {output}"


# Daily realised variances: the table of indices is needed, the longer ones are used where they lie.
_INDICES = locate("realized/oxfordman_wide_rv")
_LONGER = {"library": "realized/realized_library_SPX", "spy": "realized/SPYRM"}
REALISED = {"indices": str(_INDICES or f"{RESULTS}/data/synthetic_realised.csv.gz")} | {
    name: str(locate(dataset)) for name, dataset in _LONGER.items() if locate(dataset)
}


rule synthetic_realised:
    output:
        f"{RESULTS}/data/synthetic_realised.csv.gz",
    params:
        code=code_hash("rmot.market.synthetic_realised"),
        seed=SEEDS["synthetic_realised"],
    benchmark:
        f"{RESULTS}/timings/synthetic_realised.tsv"
    shell:
        "python -m rmot.market.synthetic_realised --seed {params.seed} --out {output}"


ruleorder: synthetic_realised > synthetic_chain
