# A learned law of volatility: trained on SPX and VIX of one close, or on quotes of a known truth.

NEURAL_CONFIG = "rmot/neural/volterra.toml"
NEURAL_SEEDS = range(SEEDS["neural"], SEEDS["neural"] + (3 if PROFILE == "deep" else 1))
NEURAL_CASES = ("quotes", "bergomi", "truth")


rule neural_training:
    input:
        lambda wildcards: [] if wildcards.case == "truth" else JOINT.values(),
        config=NEURAL_CONFIG,
    output:
        csv=f"{RESULTS}/neural/{{case}}_{{seed}}.csv",
        history=f"{RESULTS}/neural/{{case}}_{{seed}}.jsonl",
        weights=f"{RESULTS}/neural/{{case}}_{{seed}}.eqx",
        about=f"{RESULTS}/neural/{{case}}_{{seed}}.json",
    wildcard_constraints:
        case="|".join(NEURAL_CASES),
        seed="[0-9]+",
    params:
        code=code_hash("rmot.studies.neural.training"),
        named=lambda wildcards: "" if wildcards.case == "truth" else named(JOINT),
    # first: it compiles nothing that others need, so that these wait for one that does
    priority: 4
    benchmark:
        f"{RESULTS}/timings/neural_{{case}}_{{seed}}.tsv"
    shell:
        "python -m rmot.studies.neural.training --profile {PROFILE} --case {wildcards.case}"
        " --seed {wildcards.seed} --input config={input.config} {params.named}"
        " --output {output.csv}"


def trained(case, kind="json"):
    return [f"{RESULTS}/neural/{case}_{seed}.{kind}" for seed in NEURAL_SEEDS]


rule neural_history:
    input:
        trained("quotes", "csv"),
        trained("truth", "csv"),
        trained("bergomi", "csv")[:1],
    output:
        f"{RESULTS}/tables/neural_history.csv",
    params:
        code=code_hash("rmot.studies.neural.histories"),
    shell:
        "python -m rmot.studies.neural.histories --profile {PROFILE} --output {output} {input}"


rule neural_smiles:
    input:
        JOINT.values(),
        config=NEURAL_CONFIG,
        weights=[*trained("bergomi")[:1], *trained("quotes")],
    output:
        f"{RESULTS}/tables/neural_smiles.csv",
    params:
        code=code_hash("rmot.studies.neural.smiles"),
        named=named(JOINT),
        weights=" ".join(
            f"--input {law}={path}"
            for law, path in [
                ("rough_bergomi", trained("bergomi")[0]),
                *((f"neural_{seed}", path) for seed, path in zip(NEURAL_SEEDS, trained("quotes"))),
            ]
        ),
    benchmark:
        f"{RESULTS}/timings/neural_smiles.tsv"
    shell:
        "python -m rmot.studies.neural.smiles --profile {PROFILE}"
        " --input config={input.config} {params.named} {params.weights} --output {output}"


rule neural_recovery:
    input:
        config=NEURAL_CONFIG,
        weights=trained("truth"),
    output:
        csv=f"{RESULTS}/tables/neural_recovery.csv",
        tex=f"{RESULTS}/tables/neural_recovery.tex",
    params:
        code=code_hash("rmot.studies.neural.recovery"),
        weights=" ".join(
            f"--input seed_{seed}={path}" for seed, path in zip(NEURAL_SEEDS, trained("truth"))
        ),
    benchmark:
        f"{RESULTS}/timings/neural_recovery.tsv"
    shell:
        "python -m rmot.studies.neural.recovery --profile {PROFILE} --case truth"
        " --input config={input.config} {params.weights} --output {output.csv}"


rule neural_bounds:
    input:
        JOINT.values(),
        config=NEURAL_CONFIG,
        weights=trained("quotes")[0],
    output:
        csv=f"{RESULTS}/tables/neural_bounds.csv",
        tex=f"{RESULTS}/tables/neural_bounds.tex",
    params:
        code=code_hash("rmot.studies.neural.bounds"),
        named=named(JOINT),
        seed=SEEDS["neural"],
    benchmark:
        f"{RESULTS}/timings/neural_bounds.tsv"
    shell:
        "python -m rmot.studies.neural.bounds --profile {PROFILE} --seed {params.seed}"
        " --input config={input.config} {params.named} --input neural={input.weights}"
        " --output {output.csv}"


rule neural_paths:
    input:
        weights=trained("quotes")[0],
    output:
        f"{RESULTS}/tables/neural_paths.csv",
    params:
        code=code_hash("rmot.studies.neural.sample_paths"),
        seed=SEEDS["neural"],
    benchmark:
        f"{RESULTS}/timings/neural_paths.tsv"
    shell:
        "python -m rmot.studies.neural.sample_paths --profile {PROFILE}"
        " --seed {params.seed} --input neural={input.weights} --output {output}"
