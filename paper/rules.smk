# The article: its numbers, then its pages. Without TeX the numbers are still made and compared.

ARTICLE = sorted(glob_wildcards("paper/{path,.*}.tex").path)


rule numbers:
    input:
        rules.quotes_kept.output.csv,
        rules.fit_tables.output.parameters,
        rules.fit_tables.output.quality,
        article=expand("paper/{path}.tex", path=ARTICLE),
    output:
        json=f"{RESULTS}/paper/numbers.json",
        tex=f"{RESULTS}/paper/numbers.tex",
    params:
        code=code_hash("paper.numbers"),
        tables=lambda wildcards, input: [path for path in input if path.endswith(".csv")],
    benchmark:
        f"{RESULTS}/timings/numbers.tsv"
    shell:
        "python -m paper.numbers --profile {PROFILE} --output {output.json} {params.tables}"


rule typeset:
    input:
        rules.numbers.output.tex,
        rules.quotes_kept.output.tex,
        rules.fit_tables.output.tex,
        expand(f"{RESULTS}/figures/{{name}}.pdf", name=FIGURES),
        article=expand("paper/{path}.tex", path=ARTICLE),
        references="paper/references.bib",
    output:
        f"{RESULTS}/paper/rmot.pdf",
    params:
        code=code_hash("paper.build"),
        made=lambda wildcards, input: [path for path in input if path.startswith(RESULTS)],
    benchmark:
        f"{RESULTS}/timings/typeset.tsv"
    shell:
        "python -m paper.build --output {output} {params.made}"


rule paper:
    input:
        rules.typeset.output if WITH_TEX else rules.numbers.output,
