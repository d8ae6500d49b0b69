# Many assets on many days: a job calibrates a share of them, and one table gathers the rows. `deep` has five
# hundred; the profile slurm runs the same jobs on a cluster (docs/cluster.md).

from math import ceil

from rmot.studies.asset_days.chains import LAST_PRICES as ASSET_DAY_PRICES, batch_of, chain_days

ASSET_DAYS = int(config.get("asset_days", {"quick": 6, "full": 8, "deep": 500}[PROFILE]))
ASSET_DAYS_A_JOB = int(config.get("asset_days_a_job", {"quick": 3, "full": 8, "deep": 250}[PROFILE]))
ASSET_DAY_JOBS = ceil(ASSET_DAYS / ASSET_DAYS_A_JOB)

# Chains come first in the list; where they do not reach, last prices do, and quotes are drawn for the rest.
_CHAIN_FILES = list(chain_days(datasets().values(), registry.locate).values())[:ASSET_DAYS]
_TRADES = locate(ASSET_DAY_PRICES) if len(_CHAIN_FILES) < ASSET_DAYS else None
_TRADES_FILE = [str(_TRADES)] if _TRADES else []


def files_of_batch(wildcards):
    batch = int(wildcards.batch)
    chains = [
        str(path)
        for place, path in enumerate(_CHAIN_FILES)
        if batch_of(place, ASSET_DAY_JOBS) == batch
    ]
    return chains + _TRADES_FILE


# Seconds: not worth a job of a cluster.
localrules:
    asset_days_list,
    asset_days_table,
    asset_days_cost,
    asset_days_plan,


rule asset_days_list:
    input:
        registry="data/registry.toml",
        last=_TRADES_FILE,
    output:
        f"{RESULTS}/asset_days/days.csv",
    params:
        code=code_hash("rmot.studies.asset_days.listing"),
        number=ASSET_DAYS,
        # files that came or went
        chains=len(_CHAIN_FILES),
        last=" ".join(f"--input last={path}" for path in _TRADES_FILE),
    benchmark:
        f"{RESULTS}/timings/asset_days_list.tsv"
    shell:
        "python -m rmot.studies.asset_days.listing --profile {PROFILE} --case {params.number}"
        " {params.last} --output {output}"


rule asset_days_batch:
    input:
        files_of_batch,
        days=rules.asset_days_list.output,
    output:
        csv=f"{RESULTS}/asset_days/fits_{{batch}}.csv",
        seconds=f"{RESULTS}/timings/asset_days/{{batch}}.json",
    params:
        code=code_hash("rmot.studies.asset_days.batch"),
        jobs=ASSET_DAY_JOBS,
        seed=SEEDS["asset_days"],
    wildcard_constraints:
        batch=r"\d+",
    benchmark:
        f"{RESULTS}/timings/asset_days_batch_{{batch}}.tsv"
    shell:
        "python -m rmot.studies.asset_days.batch --profile {PROFILE} --seed {params.seed}"
        " --case {wildcards.batch}/{params.jobs} --input days={input.days}"
        " --seconds {output.seconds} --output {output.csv}"


_BATCHES = {str(batch): f"{RESULTS}/asset_days/fits_{batch}.csv" for batch in range(ASSET_DAY_JOBS)}
_SECONDS = {
    str(batch): f"{RESULTS}/timings/asset_days/{batch}.json" for batch in range(ASSET_DAY_JOBS)
}


rule asset_days_table:
    input:
        _BATCHES.values(),
        days=rules.asset_days_list.output,
    output:
        f"{RESULTS}/tables/asset_days.csv",
    params:
        code=code_hash("rmot.studies.asset_days.gather"),
        named=named(_BATCHES),
    benchmark:
        f"{RESULTS}/timings/asset_days_table.tsv"
    shell:
        "python -m rmot.studies.asset_days.gather --profile {PROFILE} --input days={input.days}"
        " {params.named} --output {output}"


# Seconds are no results: what they come to stands apart, and the plan is made of a run that was measured.
rule asset_days_cost:
    input:
        _SECONDS.values(),
    output:
        f"{RESULTS}/benchmarks/asset_days_cost.csv",
    params:
        code=code_hash("rmot.studies.asset_days.cost"),
        named=named(_SECONDS),
    benchmark:
        f"{RESULTS}/timings/asset_days_cost.tsv"
    shell:
        "python -m rmot.studies.asset_days.cost --profile {PROFILE} {params.named}"
        " --output {output}"


rule asset_days_plan:
    input:
        "benchmarks/asset_days_cost.csv",
    output:
        csv=f"{RESULTS}/tables/asset_days_plan.csv",
        tex=f"{RESULTS}/tables/asset_days_plan.tex",
    params:
        code=code_hash("rmot.studies.asset_days.plan"),
    benchmark:
        f"{RESULTS}/timings/asset_days_plan.tsv"
    shell:
        "python -m rmot.studies.asset_days.plan --profile {PROFILE} --input cost={input}"
        " --output {output.csv}"


rule asset_days:
    input:
        rules.asset_days_table.output,
        rules.asset_days_cost.output,
        rules.asset_days_plan.output,
