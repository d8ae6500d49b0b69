# The ledger: certificates of each topic, the verdicts held against those accepted, and every exact
# statement re-checked by a program that shares no code with the checks; so are the price bounds.
CLAIMS = sorted(Path("proofs_check/claims").glob("*.toml"))
TOPICS = [path.stem for path in CLAIMS]
CHECKS = {
    topic: code_hash("proofs_check.run", f"proofs_check.checks.{topic}") for topic in TOPICS
}
LEDGER_TABLES = sorted(Path("proofs_check/tables").glob("*"))
# Series that claims of one topic are held against, where they are here.
_FUTURES = [f"vix_futures/{name}" for name in ("8_m_settle", "8_m_symbols", "expirations")]
MARKET_SERIES = [
    str(path)
    for name in ("VIX_History", "VVIX_History", "VIX_1min", "SP_SPX", *_FUTURES)
    if (path := locate(f"vol/{name}"))
]


rule certificates:
    input:
        "proofs_check/claims/{topic}.toml",
        LEDGER_TABLES,
        lambda wildcards: MARKET_SERIES if wildcards.topic == "neural_market" else [],
    output:
        f"{RESULTS}/claims/{{topic}}.json",
    wildcard_constraints:
        topic="|".join(TOPICS),
    params:
        code=lambda wildcards: CHECKS[wildcards.topic],
    benchmark:
        f"{RESULTS}/timings/certificates_{{topic}}.tsv"
    shell:
        "python -m proofs_check.run --topic {wildcards.topic} --profile {PROFILE} --output {output}"


rule verified:
    input:
        certificates=expand(f"{RESULTS}/claims/{{topic}}.json", topic=TOPICS),
        bounds=expand(f"{RESULTS}/bounds/{{case}}.json", case=["price", "basket", "dow"]),
        verifier="proofs_check/verify.py",
    output:
        f"{RESULTS}/verified.json",
    shell:
        "python {input.verifier} {input.certificates} {input.bounds} > {output}.part"
        " && mv {output}.part {output}"


rule verified_two_dates:
    input:
        bounds=rules.two_dates_certified.output.certificates,
        verifier="proofs_check/verify_two_dates.py",
    output:
        f"{RESULTS}/verified_two_dates.json",
    shell:
        "python {input.verifier} {input.bounds} > {output}.part && mv {output}.part {output}"


rule enclosed_balls:
    input:
        rules.certified_balls.output,
    output:
        f"{RESULTS}/tables/enclosed_balls.csv",
    params:
        code=code_hash("proofs_check.verify_balls"),
    benchmark:
        f"{RESULTS}/timings/enclosed_balls.tsv"
    shell:
        "python -m proofs_check.verify_balls {input} --table {output}"


rule claims:
    input:
        CLAIMS,
        "proofs_check/exclusions.toml",
        rules.verified.output,
        rules.verified_two_dates.output,
        certificates=expand(f"{RESULTS}/claims/{{topic}}.json", topic=TOPICS),
    output:
        json=f"{RESULTS}/claims/ledger.json",
        csv=f"{RESULTS}/claims/ledger.csv",
    params:
        code=code_hash("proofs_check.collect"),
    shell:
        "python -m proofs_check.collect --profile {PROFILE} --output {output.json}"
        " {input.certificates}"
