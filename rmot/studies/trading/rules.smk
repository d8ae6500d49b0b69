# Bounds traded at bid and ask and hedged to expiry, and prices over many seeds.

# Closes of 2026, many of whose weekly expiries settle on a day that a later chain, a history or the
# table of last prices tells of; without them markets of known truth stand in.
_TRADED_FOLDERS = {"2026-07-10": "chains/multi_20260710"} | {
    day: f"chains/cboe_eod_2026/{day}"
    for day in ("2026-07-17", "2026-07-31", "2026-08-07", "2026-08-21")
}
_QUICK = {"SPX", "SPY", "AAPL"}
_IN_BASKETS = {"SPY", "QQQ"} if PROFILE == "quick" else {"SPY", "QQQ", "AAPL", "MSFT", "NVDA", "AMZN"}
_LAST_TABLE = "chains/daily_last_2026/spy_qqq_iwm_tlt_1m_last"


def _here(prefix, folder):
    found = {
        prefix + dataset.rsplit("/", 1)[1]: locate(dataset)
        for dataset in sorted(datasets())
        if dataset.rsplit("/", 1)[0] == folder
    }
    return {key: str(path) for key, path in found.items() if path}


def _name(key):
    return Path(key).name


def _names():
    """Return what is traded: a few names, every second one, or all."""
    if PROFILE == "quick":
        return _QUICK
    listed = {
        _name(key) for day, folder in _TRADED_FOLDERS.items() for key in _here(f"{day}/", folder)
    }
    return set(sorted(listed)[:: 1 if PROFILE == "deep" else 2]) | _QUICK


def _traded(names):
    chains = {
        key: path
        for day, folder in _TRADED_FOLDERS.items()
        for key, path in _here(f"{day}/", folder).items()
        if _name(key) in names - {"VIX"}
    }
    known = {_name(key) for key in chains}
    closes = {key: path for key, path in _here("history/", "prices").items() if _name(key) in known}
    return {**chains, **closes, **_LAST_PRICES} if chains else {}


_LAST_PRICES = {"last": str(path) for path in [locate(_LAST_TABLE)] if path}
TRADED = {
    "chains": _traded(_names()),
    "last": _LAST_PRICES,
    "baskets": _traded(_IN_BASKETS),
}


rule trades:
    input:
        lambda wildcards: [str(path) for path in TRADED[wildcards.case].values()],
    output:
        f"{RESULTS}/trades/{{case}}.csv",
    wildcard_constraints:
        case="chains|last|baskets",
    params:
        code=code_hash("rmot.studies.trading.trades"),
        named=lambda wildcards: named(TRADED[wildcards.case]),
        seed=SEEDS["trading"],
    priority: 1
    benchmark:
        f"{RESULTS}/timings/trades_{{case}}.tsv"
    shell:
        "python -m rmot.studies.trading.trades --profile {PROFILE} --case {wildcards.case}"
        " --seed {params.seed} {params.named} --output {output}"


rule told_closes:
    input:
        list(TRADED["chains"].values()),
    output:
        f"{RESULTS}/tables/told_closes.csv",
    params:
        code=code_hash("rmot.studies.trading.told_closes"),
        named=named(TRADED["chains"]),
        seed=SEEDS["trading"],
    benchmark:
        f"{RESULTS}/timings/told_closes.tsv"
    shell:
        "python -m rmot.studies.trading.told_closes --profile {PROFILE} --seed {params.seed}"
        " {params.named} --output {output}"


rule traded_bounds:
    input:
        expand(f"{RESULTS}/trades/{{case}}.csv", case=TRADED),
    output:
        trades=f"{RESULTS}/tables/traded_trades.csv",
        csv=f"{RESULTS}/tables/traded_bounds.csv",
        tex=f"{RESULTS}/tables/traded_bounds.tex",
    params:
        code=code_hash("rmot.studies.trading.all_trades", "rmot.studies.trading.summary"),
        named=named({case: f"{RESULTS}/trades/{case}.csv" for case in TRADED}),
        seed=SEEDS["trading"],
    benchmark:
        f"{RESULTS}/timings/traded_bounds.tsv"
    shell:
        "python -m rmot.studies.trading.all_trades --profile {PROFILE} {params.named}"
        " --output {output.trades}"
        " && python -m rmot.studies.trading.summary --profile {PROFILE} --seed {params.seed}"
        " --input trades={output.trades} --output {output.csv}"


rule seed_stability:
    input:
        spx=CHAINS["SPX"],
        ndx=CHAINS["NDX"],
        spx_fit=FITS["SPX"],
        ndx_fit=FITS["NDX"],
        histories=[str(path) for path in HISTORIES.values()],
    output:
        prices=f"{RESULTS}/tables/seed_prices.csv",
        csv=f"{RESULTS}/tables/seed_stability.csv",
        tex=f"{RESULTS}/tables/seed_stability.tex",
        power=f"{RESULTS}/tables/normality_power.csv",
        held_out=f"{RESULTS}/tables/cross_validation.csv",
    params:
        code=code_hash(
            "rmot.studies.trading.seed_prices",
            "rmot.studies.trading.seed_stability",
            "rmot.studies.trading.normality_power",
            "rmot.studies.trading.cross_validation",
        ),
        named=named(CHAINS),
        seed=SEEDS["trading"],
        histories=" ".join(f"--input {name}={path}" for name, path in HISTORIES.items()),
    benchmark:
        f"{RESULTS}/timings/seed_stability.tsv"
    shell:
        "python -m rmot.studies.trading.seed_prices --profile {PROFILE} --seed {params.seed}"
        " {params.named} --input SPX_fit={input.spx_fit} --input NDX_fit={input.ndx_fit}"
        " {params.histories} --output {output.prices}"
        " && python -m rmot.studies.trading.seed_stability --profile {PROFILE}"
        " --seed {params.seed} --input seed_prices={output.prices} --output {output.csv}"
        " && python -m rmot.studies.trading.normality_power --profile {PROFILE}"
        " --seed {params.seed} --output {output.power}"
        " && python -m rmot.studies.trading.cross_validation --profile {PROFILE}"
        " --seed {params.seed} {params.named} --output {output.held_out}"
