# Bounds against what came the day after: options of four names, and returns of baskets.

BACKTEST_NAMES = ("SPY", "QQQ", "IWM", "TLT", "DIA")


rule backtest_days:
    input:
        last=LAST_PRICES,
        histories=[CLOSES[name] for name in BACKTEST_NAMES[:4]],
    output:
        f"{RESULTS}/tables/backtest_days.csv",
    params:
        code=code_hash("rmot.studies.backtest.days"),
        named=named({name: CLOSES[name] for name in BACKTEST_NAMES[:4]}),
        seed=SEEDS["backtest"],
    threads: half_the_cores()
    # too long to be among the last
    priority: 1
    benchmark:
        f"{RESULTS}/timings/backtest_days.tsv"
    shell:
        "python -m rmot.studies.backtest.days --profile {PROFILE} --seed {params.seed}"
        " --input last={input.last} {params.named} --output {output}"


rule backtest_options:
    input:
        rules.backtest_days.output,
    output:
        csv=f"{RESULTS}/tables/backtest_options.csv",
        tex=f"{RESULTS}/tables/backtest_options.tex",
    params:
        code=code_hash("rmot.studies.backtest.options"),
    benchmark:
        f"{RESULTS}/timings/backtest_options.tsv"
    shell:
        "python -m rmot.studies.backtest.options --profile {PROFILE} --input days={input}"
        " --output {output.csv}"


rule backtest_returns:
    input:
        CLOSES.values(),
    output:
        csv=f"{RESULTS}/tables/backtest_returns.csv",
        tex=f"{RESULTS}/tables/backtest_returns.tex",
        days=f"{RESULTS}/tables/backtest_return_days.csv",
    params:
        code=code_hash("rmot.studies.backtest.returns", "rmot.studies.backtest.return_days"),
        named=named(CLOSES),
    benchmark:
        f"{RESULTS}/timings/backtest_returns.tsv"
    shell:
        "python -m rmot.studies.backtest.returns --profile {PROFILE} {params.named}"
        " --output {output.csv}"
        " && python -m rmot.studies.backtest.return_days --profile {PROFILE} {params.named}"
        " --output {output.days}"
