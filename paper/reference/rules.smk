# The reference of the engine, as one page.
from paper.reference.names import sources_hash


# Docstrings are no part of a code's hash, so the sources that they stand in have one of their own.
rule api:
    input:
        template="paper/reference/page.html",
    output:
        f"{RESULTS}/docs/api/index.html",
    params:
        code=code_hash("paper.reference.page"),
        sources=lambda wildcards: sources_hash(),
    benchmark:
        f"{RESULTS}/timings/api.tsv"
    shell:
        "python -m paper.reference.page --output {output}"
