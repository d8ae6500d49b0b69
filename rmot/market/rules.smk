# Where quotes come from: the registered files where they lie, else chains of our own making.

INDEX_CHAINS = {
    "SPX": "chains/cboe_20220204/spx_quotedata",
    "NDX": "chains/cboe_20220204/ndx_quotedata",
}


def _chain(underlying, dataset):
    found = locate(dataset)
    return str(found) if found else f"{RESULTS}/data/synthetic_{underlying.lower()}.csv.gz"


CHAINS = {underlying: _chain(underlying, dataset) for underlying, dataset in INDEX_CHAINS.items()}


# Whole surfaces: the two indices, and the S&P 500 a year later.
SURFACES = CHAINS | {
    "SPX23": _chain("SPX", "chains/gatheral_20230215/spx_implied_vol_20230215"),
}

# SPX and options on its index on one day; without them a study makes its own.
_JOINT = {
    name: locate(f"chains/gatheral_20230215/{name.lower()}_implied_vol_20230215")
    for name in ("SPX", "VIX")
}
JOINT = {name: str(path) for name, path in _JOINT.items()} if all(_JOINT.values()) else {}

# The names of 002's portfolio at one close of 2026, less USO, which has no usable quotes.
_NAMES = (
    "SPY QQQ IWM GLD SLV TLT HYG LQD AAPL MSFT AMZN NVDA GOOGL META TSLA BRK-B UNH JNJ XOM JPM V PG"
    " MA HD CVX ABBV MRK PEP"
).split()
_HERE = {name: locate(f"chains/multi_20260710/{name}") for name in _NAMES}
PORTFOLIO = {name: str(path) for name, path in _HERE.items() if path} or CHAINS

# Four of them whose smiles are calibrated to at once.
_FOUR = {name: PORTFOLIO[name] for name in ("SPY", "QQQ", "IWM", "TLT") if name in PORTFOLIO}
OBSERVED_FUNDS = _FOUR or CHAINS

# DIA and the thirty constituents of its index at the same close; without them quotes of known truth.
_DOW_NAMES = (
    "DIA AAPL AMGN AMZN AXP BA CAT CRM CSCO CVX DIS GS HD HON IBM JNJ JPM KO MCD MMM MRK MSFT NKE"
    " NVDA PG SHW TRV UNH V VZ WMT"
).split()
_DOW = {name: locate(f"chains/multi_20260710/{name}") for name in _DOW_NAMES}
DOW = {name: str(path) for name, path in _DOW.items()} if all(_DOW.values()) else {}


rule synthetic_chain:
    output:
        f"{RESULTS}/data/synthetic_{{name}}.csv.gz",
    params:
        code=code_hash("rmot.market.synthetic"),
        underlying=lambda wildcards: wildcards.name.upper(),
        seed=SEEDS["synthetic_chain"],
    benchmark:
        f"{RESULTS}/timings/synthetic_{{name}}.tsv"
    shell:
        "python -m rmot.market.synthetic --underlying {params.underlying} --seed {params.seed} --out {output}"


# Daily realised variances: the table of indices is needed, the longer ones are used where they lie.
_INDICES = locate("realized/oxfordman_wide_rv")
_LONGER = {"library": "realized/realized_library_SPX", "spy": "realized/SPYRM"}
REALISED = {"indices": str(_INDICES or f"{RESULTS}/data/synthetic_realised.csv.gz")} | {
    name: str(locate(dataset)) for name, dataset in _LONGER.items() if locate(dataset)
}


rule synthetic_realised:
    output:
        f"{RESULTS}/data/synthetic_realised.csv.gz",
    params:
        code=code_hash("rmot.market.synthetic_realised"),
        seed=SEEDS["synthetic_realised"],
    benchmark:
        f"{RESULTS}/timings/synthetic_realised.tsv"
    shell:
        "python -m rmot.market.synthetic_realised --seed {params.seed} --out {output}"


ruleorder: synthetic_realised > synthetic_chain


# Last prices of four funds over a quarter, and closes of five over decades.
_LAST_TRADES = locate("chains/daily_last_2026/spy_qqq_iwm_tlt_1m_last")
LAST_PRICES = str(_LAST_TRADES or f"{RESULTS}/data/last_prices/quotes.csv.gz")
_PRICED_FUNDS = ("SPY", "QQQ", "IWM", "TLT", "DIA")
_FUND_CLOSES = {name: locate(f"prices/{name}") for name in _PRICED_FUNDS}
CLOSES = {
    name: str(path) if all(_FUND_CLOSES.values()) else f"{RESULTS}/data/prices/{name}.csv.gz"
    for name, path in _FUND_CLOSES.items()
}


rule synthetic_last_prices:
    output:
        f"{RESULTS}/data/last_prices/quotes.csv.gz",
    params:
        code=code_hash("rmot.market.synthetic_last_prices"),
        seed=SEEDS["backtest"],
    benchmark:
        f"{RESULTS}/timings/synthetic_last_prices.tsv"
    shell:
        "python -m rmot.market.synthetic_last_prices --seed {params.seed} --out {output}"


rule synthetic_prices:
    output:
        [f"{RESULTS}/data/prices/{name}.csv.gz" for name in _PRICED_FUNDS],
    params:
        code=code_hash("rmot.market.synthetic_prices"),
        seed=SEEDS["backtest"],
        folder=f"{RESULTS}/data/prices",
    benchmark:
        f"{RESULTS}/timings/synthetic_prices.tsv"
    shell:
        "python -m rmot.market.synthetic_prices --seed {params.seed} --out {params.folder}"
