# The risk manager's page of two books: data, fits, correlation, bounds, hedges, errors and capital.

_BOOKS = {"index_baskets": CHAINS}
# The book on funds is made where their quotes are; nothing stands in for American ones.
if all(_HERE[name] for name in ("SPY", "QQQ", "TLT")):
    _BOOKS["fund_baskets"] = {name: str(_HERE[name]) for name in ("SPY", "QQQ", "TLT")}
_BOOK_CLOSES = {
    book: {
        asset: str(path)
        for asset, dataset in histories.items()
        if (path := locate(dataset)) is not None
    }
    for book, histories in {
        "index_baskets": {"SPX": "prices/SPY", "NDX": "prices/QQQ"},
        "fund_baskets": {name: f"prices/{name}" for name in ("SPY", "QQQ", "TLT")},
    }.items()
}
CAPITAL_PAGES = {
    (book, form): f"{RESULTS}/capital/{book}.{form}" for book in _BOOKS for form in ("html", "json")
}


rule capital_report:
    input:
        lambda wildcards: list(_BOOKS[wildcards.book].values()),
        lambda wildcards: list(_BOOK_CLOSES[wildcards.book].values()),
        portfolio="data/portfolios/{book}.toml",
    output:
        html=f"{RESULTS}/capital/{{book}}.html",
        json=f"{RESULTS}/capital/{{book}}.json",
    params:
        code=code_hash("rmot.studies.capital.report"),
        seed=SEEDS["capital_report"],
        chains=lambda wildcards: named(
            {f"chain_{name}": path for name, path in _BOOKS[wildcards.book].items()}
        ),
        closes=lambda wildcards: named(
            {f"history_{name}": path for name, path in _BOOK_CLOSES[wildcards.book].items()}
        ),
    benchmark:
        f"{RESULTS}/timings/capital_report_{{book}}.tsv"
    shell:
        "python -m rmot.studies.capital.report --profile {PROFILE} --seed {params.seed}"
        " --input portfolio={input.portfolio} {params.chains} {params.closes}"
        " --output {output.html}"
