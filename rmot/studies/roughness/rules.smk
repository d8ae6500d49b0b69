# H without a model of the surface: from the skew at the money and from realised variance.


rule atm_skew:
    input:
        SURFACES.values(),
    output:
        f"{RESULTS}/tables/atm_skew.csv",
    params:
        code=code_hash("rmot.studies.roughness.atm_skew"),
        named=named(SURFACES),
    benchmark:
        f"{RESULTS}/timings/atm_skew.tsv"
    shell:
        "python -m rmot.studies.roughness.atm_skew --profile {PROFILE} {params.named} --output {output}"


rule skew_laws:
    input:
        rules.atm_skew.output,
    output:
        csv=f"{RESULTS}/tables/skew_laws.csv",
        tex=f"{RESULTS}/tables/skew_laws.tex",
    params:
        code=code_hash("rmot.studies.roughness.skew_laws"),
    benchmark:
        f"{RESULTS}/timings/skew_laws.tsv"
    shell:
        "python -m rmot.studies.roughness.skew_laws --profile {PROFILE} --input skew={input}"
        " --output {output.csv}"


rule realised_roughness:
    input:
        list(REALISED.values()),
        indices=REALISED["indices"],
    output:
        csv=f"{RESULTS}/tables/realised_roughness.csv",
        tex=f"{RESULTS}/tables/realised_roughness.tex",
        curves=f"{RESULTS}/tables/realised_variograms.csv",
    params:
        code=code_hash("rmot.studies.roughness.realised_roughness", "rmot.studies.roughness.realised_variograms"),
        named=named(REALISED),
    benchmark:
        f"{RESULTS}/timings/realised_roughness.tsv"
    shell:
        "python -m rmot.studies.roughness.realised_roughness --profile {PROFILE} {params.named}"
        " --output {output.csv}"
        " && python -m rmot.studies.roughness.realised_variograms --profile {PROFILE}"
        " --input indices={input.indices} --output {output.curves}"


rule hurst_comparison:
    input:
        skew=rules.skew_laws.output.csv,
        realised=rules.realised_roughness.output.csv,
        surfaces=rules.model_comparison.output.csv,
        portfolio=rules.portfolio.output.csv,
    output:
        csv=f"{RESULTS}/tables/hurst_comparison.csv",
        tex=f"{RESULTS}/tables/hurst_comparison.tex",
    params:
        code=code_hash("rmot.studies.roughness.hurst_comparison"),
    benchmark:
        f"{RESULTS}/timings/hurst_comparison.tsv"
    shell:
        "python -m rmot.studies.roughness.hurst_comparison --profile {PROFILE} --input skew={input.skew}"
        " --input realised={input.realised} --input surfaces={input.surfaces}"
        " --input portfolio={input.portfolio} --output {output.csv}"
