# Candidates fitted to whole surfaces, one job a fit.

from rmot.studies.surfaces.names import CANDIDATE_NAMES

SURFACE_FITS = {
    f"{candidate}@{chain}": f"{RESULTS}/fits/surfaces/{candidate}.{chain.lower()}.json"
    for chain in SURFACES
    for candidate in CANDIDATE_NAMES
}


rule surface_fit:
    input:
        lambda wildcards: SURFACES[wildcards.chain.upper()],
    output:
        json=f"{RESULTS}/fits/surfaces/{{candidate}}.{{chain}}.json",
        csv=f"{RESULTS}/fits/surfaces/{{candidate}}.{{chain}}.csv",
    params:
        code=code_hash("rmot.studies.surfaces.fit"),
        name=lambda wildcards: f"{wildcards.candidate}@{wildcards.chain.upper()}",
    wildcard_constraints:
        candidate="[a-z0-9_]+",
        chain="[a-z0-9_]+",
    benchmark:
        f"{RESULTS}/timings/surface_fit_{{candidate}}_{{chain}}.tsv"
    shell:
        "python -m rmot.studies.surfaces.fit --profile {PROFILE} --input {params.name}={input}"
        " --output {output.json}"


rule model_comparison:
    input:
        SURFACE_FITS.values(),
    output:
        csv=f"{RESULTS}/tables/model_comparison.csv",
        tex=f"{RESULTS}/tables/model_comparison.tex",
    params:
        code=code_hash("rmot.studies.surfaces.comparison"),
        named=named(SURFACE_FITS),
    benchmark:
        f"{RESULTS}/timings/model_comparison.tsv"
    shell:
        "python -m rmot.studies.surfaces.comparison --profile {PROFILE} {params.named}"
        " --output {output.csv}"


rule portfolio:
    input:
        PORTFOLIO.values(),
    output:
        csv=f"{RESULTS}/tables/portfolio.csv",
        tex=f"{RESULTS}/tables/portfolio.tex",
    params:
        code=code_hash("rmot.studies.surfaces.portfolio"),
        named=named(PORTFOLIO),
    threads: half_the_cores()
    priority: 1
    benchmark:
        f"{RESULTS}/timings/portfolio.tsv"
    shell:
        "python -m rmot.studies.surfaces.portfolio --profile {PROFILE} {params.named}"
        " --output {output.csv}"
