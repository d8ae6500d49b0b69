# One spread's smile in the alpha model and in the models that source 004 weighs against it.


rule spread_smiles:
    output:
        f"{RESULTS}/tables/spread_smiles.csv",
    params:
        code=code_hash("rmot.studies.spread_smiles.smiles"),
        seed=SEEDS["spread_smiles"],
    # too long to be the last job
    priority: 1
    benchmark:
        f"{RESULTS}/timings/spread_smiles.tsv"
    shell:
        "python -m rmot.studies.spread_smiles.smiles --profile {PROFILE} --seed {params.seed}"
        " --output {output}"


rule spread_controls:
    output:
        csv=f"{RESULTS}/tables/spread_controls.csv",
        tex=f"{RESULTS}/tables/spread_controls.tex",
    params:
        code=code_hash("rmot.studies.spread_smiles.controls"),
    # too long to be the last job
    priority: 1
    benchmark:
        f"{RESULTS}/timings/spread_controls.tsv"
    shell:
        "python -m rmot.studies.spread_smiles.controls --profile {PROFILE} --output {output.csv}"
