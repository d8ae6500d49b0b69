"""Numbers of the backtests: options day by day, and returns against windows and balls."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from paper.quantities.number import Number, Source
from rmot.artifact.formats import fixed
from rmot.regulation import detection_power, least_observations
from rmot.studies.backtest.laws import NAMES
from rmot.studies.backtest.options import ALL, BASEL, BASKET, at_the_money
from rmot.studies.backtest.returns import FILTERED, HISTORICAL, WINDOWS
from rmot.studies.backtest.rows import AGAIN, BALL, EACH, LEVEL, SAME, WALK, level_name

_RULES = {BALL: "Ball", EACH: "Each", AGAIN: "Again", WALK: "Walk", SAME: "Same"}
# Counts near a bound, and fits whose libraries differ in the last digits.
_COUNT = 3
_POINT = 1e-2


def options(table: pd.DataFrame) -> Iterator[Number]:
    """Count dates and exceptions by rule; give widths, and what so few dates can tell."""
    source = Source.of_table("Backtest", table)
    yield source.count("Dates", table["dates"].iloc[0])
    names = table.loc[table["name"].isin(NAMES)]
    whole = names.loc[names["place"] == ALL]
    money = at_the_money(names)
    own = money.loc[money["rule"] == BALL]
    yield source.count("FewestJudged", own["observations"].min())
    yield source.count("MostJudged", own["observations"].max())
    yield source.count("LeftOut", own["dates_left_out"].sum())
    yield source.count("Quotes", whole.loc[whole["rule"] == BALL, "observations"].sum(), _COUNT)
    for rule, word in _RULES.items():
        rows = whole.loc[whole["rule"] == rule]
        share = 100 * rows["exceptions"].sum() / rows["observations"].sum()
        yield source.number(f"{word}Share", share, fixed(share, 1), 0.5)
    ball = whole.loc[whole["rule"] == BALL].set_index("name")
    worst = (ball["exceptions"] / ball["observations"]).idxmax()
    yield source.number("Worst", list(ball.index).index(worst), rf"\text{{{worst}}}", 0.5)
    yield source.count("WorstExceptions", ball["exceptions"].loc[worst], _COUNT)
    yield source.count("WorstQuotes", ball["observations"].loc[worst], _COUNT)
    rest = int(ball["exceptions"].sum() - ball["exceptions"].loc[worst])
    yield source.count("OthersExceptions", rest, _COUNT)
    width = {
        rule: money.loc[money["rule"] == rule].set_index("name")["mean_width"] for rule in _RULES
    }
    for rule, word in ((BALL, "Ball"), (AGAIN, "Again")):
        ratio = 100 * float((width[rule] / width[WALK]).median())
        yield source.number(f"{word}Width", ratio, fixed(ratio, 0), 2.0)
    apart = 100 * float(table["file_difference"].iloc[0])
    yield source.number("FileDifference", apart, fixed(apart, 2), _POINT)
    basket = table.loc[(table["name"] == BASKET) & (table["place"] == ALL)]
    joint = basket.loc[basket["rule"] == EACH].iloc[0]
    yield source.count("BasketPrices", joint["observations"], _COUNT)
    yield source.count("BasketExceptions", joint["exceptions"], _COUNT)
    levels = table.loc[table["name"].isin([level_name(name) for name in NAMES])]
    levels = levels.loc[levels["place"] == ALL]
    yield source.count("Levels", levels["observations"].sum())
    yield source.count("LevelExceptions", levels["exceptions"].sum(), _COUNT)
    few = int(own["observations"].max())
    power = 100 * detection_power(few, BASEL, LEVEL)
    yield source.number("Power", power, fixed(power, 0), 5.0)
    yield source.count("NeededDates", least_observations(BASEL, LEVEL))


def returns(table: pd.DataFrame) -> Iterator[Number]:
    """Give exceptions a year and zones of windows of a year, with and without ball."""
    source = Source.of_table("Returns", table)
    four = table.loc[(table["basket"] == "four") & (table["window"] == WINDOWS[0])]
    every = four.loc[four["period"] == "all"]
    yield source.count("Days", every["observations"].iloc[0])
    yield source.count("First", int(str(every["first"].iloc[0])[:4]))
    for law, kind in ((HISTORICAL, "Window"), (FILTERED, "Filtered")):
        for ball, suffix in ((False, ""), (True, "Ball")):
            row = every.loc[(every["law"] == law) & (every["ball"] == ball)].iloc[0]
            yield source.number(f"{kind}{suffix}Year", row["a_year"], fixed(row["a_year"], 1), 1e-6)
            green = 100 * float(row["green"])
            yield source.number(f"{kind}{suffix}Green", green, fixed(green, 0), 1e-6)
            yield source.count(f"{kind}{suffix}Most", row["most"])
    for ball, word in ((False, "Window"), (True, "Ball")):
        coverage = 100 * float(every.loc[every["ball"] == ball, "exchangeable"].iloc[0])
        yield source.number(f"{word}Coverage", coverage, fixed(coverage, 1), 1e-9)
    for ball, law, word in ((True, HISTORICAL, "Window"), (True, FILTERED, "Filtered")):
        chosen = every.loc[(every["ball"] == ball) & (every["law"] == law)].iloc[0]
        p_value = float(chosen["independence_p"])
        text = fixed(p_value, 2) if p_value >= 0.005 else "<0.005"
        yield source.number(f"{word}Independence", p_value, text, 1e-6)
