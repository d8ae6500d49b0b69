# The source's own neural model on bars of the VIX: trained, held against data and nulls, and priced.

_PUBLISHED_FILES = {
    "bars": "vol/VIX_1h",
    "price": "vol/SP_SPX",
    "index": "vol/VIX_History",
    "of_index": "vol/VVIX_History",
    "closes": "prices/SPY",
    "settle": "vol/vix_futures/8_m_settle",
    "symbols": "vol/vix_futures/8_m_symbols",
    "expirations": "vol/vix_futures/expirations",
}
_PUBLISHED_HERE = {name: locate(dataset) for name, dataset in _PUBLISHED_FILES.items()}

# Without one of them all come from one process of known truth.
_SYNTHETIC_BARS = f"{RESULTS}/data/synthetic_bars"
_SYNTHETIC_MARKET = {
    "bars": f"{_SYNTHETIC_BARS}/index_bars.csv.gz",
    "price": f"{_SYNTHETIC_BARS}/price_bars.csv.gz",
    "index": f"{_SYNTHETIC_BARS}/index.csv.gz",
    "of_index": f"{_SYNTHETIC_BARS}/index_of_index.csv.gz",
    "settle": f"{_SYNTHETIC_BARS}/futures/8_m_settle.csv.gz",
    "symbols": f"{_SYNTHETIC_BARS}/futures/8_m_symbols.csv.gz",
    "expirations": f"{_SYNTHETIC_BARS}/futures/expirations.csv.gz",
}
if all(_PUBLISHED_HERE.values()):
    VOLATILITY_BARS = {name: str(path) for name, path in _PUBLISHED_HERE.items()}
else:
    VOLATILITY_BARS = _SYNTHETIC_MARKET | {"closes": _SYNTHETIC_MARKET["price"]}

# A sample of finer bars, the quotes of one day, and days of chains that follow each other.
_FINE = locate("vol/VIX_15min")
FINE_BARS = {"fine": str(_FINE)} if _FINE and all(_PUBLISHED_HERE.values()) else {}
_QUOTED = locate("chains/gatheral_20230215/spx_implied_vol_20230215")
QUOTED_DAY = {"SPX": str(_QUOTED)} if _QUOTED else {}
_DAYS = {
    day: locate(f"chains/cboe_eod_2026/{day}/SPX")
    for day in ("2026-07-17", "2026-07-31", "2026-08-07", "2026-08-21")
}
QUOTED_DAYS = {day: str(path) for day, path in _DAYS.items()} if all(_DAYS.values()) else {}

_OF_BARS = {name: VOLATILITY_BARS[name] for name in ("bars", "index", "of_index")}
_VARIANTS = ["printed", "mended"] + (
    []
    if PROFILE == "quick"
    else ["normalised", "wide", "no_signature", "learned_reversion", "regime"]
)
_WEIGHTS = {name: f"{RESULTS}/neural/published_{name}.json" for name in _VARIANTS}
_TWO = {name: _WEIGHTS[name] for name in ("printed", "mended")}


rule synthetic_bars:
    output:
        _SYNTHETIC_MARKET.values(),
    params:
        code=code_hash("rmot.market.synthetic_bars"),
        seed=SEEDS["synthetic_bars"],
        folder=_SYNTHETIC_BARS,
    benchmark:
        f"{RESULTS}/timings/synthetic_bars.tsv"
    shell:
        "python -m rmot.market.synthetic_bars --seed {params.seed} --out {params.folder}"


ruleorder: synthetic_bars > synthetic_chain


rule published_neural_training:
    input:
        _OF_BARS.values(),
    output:
        csv=f"{RESULTS}/tables/published_training.csv",
        weights=_WEIGHTS.values(),
        leaves=[path.replace(".json", ".eqx") for path in _WEIGHTS.values()],
    params:
        code=code_hash("rmot.studies.neural.published_training"),
        named=named(_OF_BARS),
        seed=SEEDS["published_neural"],
    priority: 2
    benchmark:
        f"{RESULTS}/timings/published_neural_training.tsv"
    shell:
        "python -m rmot.studies.neural.published_training --profile {PROFILE} --seed {params.seed}"
        " {params.named} --input weights={RESULTS}/neural --output {output.csv}"


rule published_neural_statistics:
    input:
        _OF_BARS.values(),
        _WEIGHTS.values(),
    output:
        statistics=f"{RESULTS}/tables/published_statistics.csv",
        statistics_tex=f"{RESULTS}/tables/published_statistics.tex",
        scores=f"{RESULTS}/tables/published_scores.csv",
        scores_tex=f"{RESULTS}/tables/published_scores.tex",
        variograms=f"{RESULTS}/tables/published_variograms.csv",
    params:
        code=code_hash(
            "rmot.studies.neural.published_tables",
            "rmot.studies.neural.published_statistics",
            "rmot.studies.neural.published_scores",
            "rmot.studies.neural.published_variograms",
        ),
        named=named(_OF_BARS | _WEIGHTS),
        seed=SEEDS["published_neural"],
    benchmark:
        f"{RESULTS}/timings/published_neural_statistics.tsv"
    shell:
        "python -m rmot.studies.neural.published_tables --profile {PROFILE}"
        " --case statistics,scores,variograms --seed {params.seed} {params.named}"
        " --output {RESULTS}/tables/published.csv"


rule published_neural_parameters:
    input:
        VOLATILITY_BARS.values(),
        _WEIGHTS["printed"],
    output:
        market=f"{RESULTS}/tables/published_market.csv",
        market_tex=f"{RESULTS}/tables/published_market.tex",
        robustness=f"{RESULTS}/tables/published_robustness.csv",
        robustness_tex=f"{RESULTS}/tables/published_robustness.tex",
        coherence=f"{RESULTS}/tables/published_coherence.csv",
        coherence_tex=f"{RESULTS}/tables/published_coherence.tex",
    params:
        code=code_hash(
            "rmot.studies.neural.published_tables",
            "rmot.studies.neural.published_market",
            "rmot.studies.neural.published_robustness",
            "rmot.studies.neural.published_coherence",
        ),
        named=named(VOLATILITY_BARS | {"printed": _WEIGHTS["printed"]}),
        seed=SEEDS["published_neural"],
    benchmark:
        f"{RESULTS}/timings/published_neural_parameters.tsv"
    shell:
        "python -m rmot.studies.neural.published_tables --profile {PROFILE}"
        " --case market,robustness,coherence --seed {params.seed} {params.named}"
        " --output {RESULTS}/tables/published.csv"


rule published_neural_frequencies:
    input:
        _OF_BARS.values(),
        FINE_BARS.values(),
        _WEIGHTS["mended"],
    output:
        csv=f"{RESULTS}/tables/published_frequencies.csv",
        tex=f"{RESULTS}/tables/published_frequencies.tex",
    params:
        code=code_hash("rmot.studies.neural.published_frequencies"),
        named=named(_OF_BARS | FINE_BARS | {"mended": _WEIGHTS["mended"]}),
        seed=SEEDS["published_neural"],
    benchmark:
        f"{RESULTS}/timings/published_neural_frequencies.tsv"
    shell:
        "python -m rmot.studies.neural.published_frequencies --profile {PROFILE}"
        " --seed {params.seed} {params.named} --output {output.csv}"


rule published_neural_pricing:
    input:
        _OF_BARS.values(),
        QUOTED_DAY.values(),
        QUOTED_DAYS.values(),
        _TWO.values(),
    output:
        pricing=f"{RESULTS}/tables/published_pricing.csv",
        pricing_tex=f"{RESULTS}/tables/published_pricing.tex",
        backtest=f"{RESULTS}/tables/published_backtest.csv",
        simulation=f"{RESULTS}/tables/published_simulation.csv",
        simulation_tex=f"{RESULTS}/tables/published_simulation.tex",
    params:
        code=code_hash(
            "rmot.studies.neural.published_tables",
            "rmot.studies.neural.published_pricing",
            "rmot.studies.neural.published_backtest",
            "rmot.studies.neural.published_simulation",
        ),
        named=named(_OF_BARS | QUOTED_DAY | QUOTED_DAYS | _TWO),
        seed=SEEDS["published_neural"],
    benchmark:
        f"{RESULTS}/timings/published_neural_pricing.tsv"
    shell:
        "python -m rmot.studies.neural.published_tables --profile {PROFILE}"
        " --case pricing,backtest,simulation --seed {params.seed} {params.named}"
        " --output {RESULTS}/tables/published.csv"


# Trained for one number that the source prints: not in the quick profile.
rule published_neural_realised:
    input:
        VOLATILITY_BARS["price"],
        QUOTED_DAY.values(),
    output:
        f"{RESULTS}/tables/published_realised.csv",
    params:
        code=code_hash("rmot.studies.neural.published_realised"),
        named=named({"price": VOLATILITY_BARS["price"]} | QUOTED_DAY),
        seed=SEEDS["published_neural"],
    benchmark:
        f"{RESULTS}/timings/published_neural_realised.tsv"
    shell:
        "python -m rmot.studies.neural.published_realised --profile {PROFILE}"
        " --seed {params.seed} {params.named} --output {output}"


rule published_neural_smiles:
    input:
        JOINT.values(),
        _TWO.values(),
        config=NEURAL_CONFIG,
    output:
        f"{RESULTS}/tables/published_smiles.csv",
    params:
        code=code_hash("rmot.studies.neural.published_smiles"),
        named=named(JOINT | _TWO),
        seed=SEEDS["published_neural"],
    benchmark:
        f"{RESULTS}/timings/published_neural_smiles.tsv"
    shell:
        "python -m rmot.studies.neural.published_smiles --profile {PROFILE}"
        " --seed {params.seed} --input config={input.config} {params.named} --output {output}"


rule neural_errors:
    input:
        published=rules.published_neural_smiles.output,
        learned=rules.neural_smiles.output,
    output:
        csv=f"{RESULTS}/tables/neural_errors.csv",
        tex=f"{RESULTS}/tables/neural_errors.tex",
    params:
        code=code_hash("rmot.studies.neural.errors"),
    shell:
        "python -m rmot.studies.neural.errors --profile {PROFILE}"
        " --input learned={input.learned} --input published={input.published} --output {output.csv}"
