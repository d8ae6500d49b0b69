# One script a figure: a table in, a PDF and a PNG out.

FIGURES = {
    "calibrated_smiles": "calibrated_smiles",
    "price_bounds": "price_bounds",
}


rule figure:
    input:
        lambda wildcards: f"{RESULTS}/tables/{FIGURES[wildcards.name]}.csv",
    output:
        pdf=f"{RESULTS}/figures/{{name}}.pdf",
        png=f"{RESULTS}/figures/{{name}}.png",
    params:
        code=lambda wildcards: code_hash(f"figures.{wildcards.name}"),
    benchmark:
        f"{RESULTS}/timings/figure_{{name}}.tsv"
    shell:
        "python -m figures.{wildcards.name} --profile {PROFILE} --input {input}"
        " --output {output.pdf}"


rule figures:
    input:
        expand(f"{RESULTS}/figures/{{name}}.{{kind}}", name=FIGURES, kind=["pdf", "png"]),
