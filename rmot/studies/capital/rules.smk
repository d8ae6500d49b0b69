# What a book of basket calls is charged, by method: 002's Tables 7 and 8 and its Figure 13.

_CHARGED_FUNDS = {name: _HERE[name] for name in ("SPY", "QQQ", "TLT")}
# Without all three the indices' chains stand in, at an expiry of their own.
_CHARGED = _CHARGED_FUNDS if all(_CHARGED_FUNDS.values()) else CHAINS
_STRESSED = {
    name: path
    for name, dataset in {
        "SPY": "prices/SPY",
        "QQQ": "prices/QQQ",
        "history_SPY": "prices/SPY",
        "history_QQQ": "prices/QQQ",
        "history_TLT": "prices/TLT",
        "VIX": "vol/VIX_History",
    }.items()
    if (path := locate(dataset))
}
_PRINTED_CHARGES = {
    name: f"proofs_check/tables/{name}.csv" for name in ("000_charges", "001_charges", "002_table_7")
}
_INDEX_LAWS = {
    **CHAINS,
    **{f"{name}_fit": path for name, path in FITS.items()},
    "factors": f"{RESULTS}/fits/factors/2.json",
}


rule capital_charges:
    input:
        [str(path) for path in (*_INDEX_LAWS.values(), *_CHARGED.values(), *_STRESSED.values())],
        _PRINTED_CHARGES.values(),
        basket=rules.index_basket.output.csv,
        balls=rules.index_basket_balls.output.csv,
    output:
        csv=f"{RESULTS}/tables/capital_charges.csv",
        tex=f"{RESULTS}/tables/capital_charges.tex",
    params:
        code=code_hash("rmot.studies.capital.charges"),
        named=named(
            _INDEX_LAWS
            | {f"fund_{name}": path for name, path in _CHARGED.items()}
            | _STRESSED
            | _PRINTED_CHARGES
        ),
        seed=SEEDS["index_basket_balls"],
    benchmark:
        f"{RESULTS}/timings/capital_charges.tsv"
    shell:
        "python -m rmot.studies.capital.charges --profile {PROFILE} --seed {params.seed}"
        " {params.named} --input basket={input.basket} --input balls={input.balls}"
        " --output {output.csv}"


rule capital_sensitivity:
    input:
        [str(path) for path in (*_INDEX_LAWS.values(), *_STRESSED.values())],
        published="proofs_check/tables/002_table_8.csv",
    output:
        csv=f"{RESULTS}/tables/capital_sensitivity.csv",
        tex=f"{RESULTS}/tables/capital_sensitivity.tex",
    params:
        code=code_hash("rmot.studies.capital.sensitivity"),
        named=named(_INDEX_LAWS | _STRESSED),
        seed=SEEDS["index_basket_balls"],
    benchmark:
        f"{RESULTS}/timings/capital_sensitivity.tsv"
    shell:
        "python -m rmot.studies.capital.sensitivity --profile {PROFILE} --seed {params.seed}"
        " {params.named} --input 002_table_8={input.published} --output {output.csv}"


rule capital_by_assets:
    input:
        portfolio=rules.portfolio.output.csv,
        past=[*_PAST_FILES.values(), *map(str, _STRESSED.values())],
    output:
        f"{RESULTS}/tables/capital_by_assets.csv",
    params:
        code=code_hash("rmot.studies.capital.by_assets"),
        past=named(_PAST_FILES),
        stressed=named({name: path for name, path in _STRESSED.items() if name == "VIX"}),
        seed=SEEDS["equal_weight"],
    benchmark:
        f"{RESULTS}/timings/capital_by_assets.tsv"
    shell:
        "python -m rmot.studies.capital.by_assets --profile {PROFILE} --seed {params.seed}"
        " --input portfolio={input.portfolio} {params.past} {params.stressed} --output {output}"
