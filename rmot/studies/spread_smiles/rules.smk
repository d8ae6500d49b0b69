# One spread's smile in the alpha model and in the models that source 004 weighs against it.


rule wishart_fits:
    output:
        f"{RESULTS}/tables/wishart_fits.csv",
    params:
        code=code_hash("rmot.studies.spread_smiles.wishart_fits"),
    # too long to be the last job
    priority: 1
    benchmark:
        f"{RESULTS}/timings/wishart_fits.tsv"
    shell:
        "python -m rmot.studies.spread_smiles.wishart_fits --profile {PROFILE} --output {output}"


rule spread_smiles:
    input:
        rules.wishart_fits.output,
    output:
        f"{RESULTS}/tables/spread_smiles.csv",
    params:
        code=code_hash("rmot.studies.spread_smiles.smiles"),
        seed=SEEDS["spread_smiles"],
    benchmark:
        f"{RESULTS}/timings/spread_smiles.tsv"
    shell:
        "python -m rmot.studies.spread_smiles.smiles --profile {PROFILE} --seed {params.seed}"
        " --input wishart={input} --output {output}"


rule spread_controls:
    input:
        rules.wishart_fits.output,
    output:
        csv=f"{RESULTS}/tables/spread_controls.csv",
        tex=f"{RESULTS}/tables/spread_controls.tex",
    params:
        code=code_hash("rmot.studies.spread_smiles.controls"),
    benchmark:
        f"{RESULTS}/timings/spread_controls.tsv"
    shell:
        "python -m rmot.studies.spread_smiles.controls --profile {PROFILE} --input wishart={input}"
        " --output {output.csv}"


rule spread_shapes:
    output:
        f"{RESULTS}/tables/spread_shapes.csv",
    params:
        code=code_hash("rmot.studies.spread_smiles.shapes"),
        seed=SEEDS["spread_smiles"],
    benchmark:
        f"{RESULTS}/timings/spread_shapes.tsv"
    shell:
        "python -m rmot.studies.spread_smiles.shapes --profile {PROFILE} --seed {params.seed}"
        " --output {output}"
