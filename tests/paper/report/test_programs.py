"""Margin marks come from the DAG: its rules, their jobs and what these cost."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from paper.report.described import describe, unpack
from paper.report.programs import Rule, jobs, read_rules
from rmot.errors import DataError

RULES = [
    SimpleNamespace(
        name="fit",
        shellcmd="python -m rmot.fit --output {output} && python -m rmot.tail",
        params={"code": "c0de"},
        benchmark="out/timings/fit_{name,[a-z]+}.tsv",
        input=["out/quotes.csv", "/data/chains/spx.csv.gz", lambda wildcards: "of wildcards"],
        output=["out/fits/{name,[a-z]+}.json"],
    ),
    SimpleNamespace(
        name="figure",
        shellcmd="python -m figures.{wildcards.name} --output {output}",
        params={"code": lambda wildcards: f"of {wildcards.name}"},
        benchmark=None,
        input=[lambda wildcards: [f"out/{wildcards.name}.csv"]],
        output=["out/figures/{name}.png"],
    ),
    SimpleNamespace(name="all", shellcmd=None, params={}, benchmark=None, input=[], output=[]),
]


def test_rules_go_through_the_command_line():
    word = describe(RULES, [Path("out"), Path("/data"), None], {"figure": [{"name": "dow"}]})
    assert word.isascii()
    assert not set(word) & set(" '\"$\\")
    fit, figure = read_rules(unpack(word))
    assert fit == Rule(
        "fit",
        ("rmot.fit", "rmot.tail"),
        "c0de",
        "fit_{name}",
        ("fits/{name}.json",),
        ("quotes.csv", "chains/spx.csv.gz"),
    )
    assert figure == Rule(
        "figure", ("figures.dow",), "of dow", "", ("figures/dow.png",), ("dow.csv",)
    )


def test_each_job_has_its_seconds():
    fit = Rule("fit", ("rmot.fit",), "c", "fit_{name}", ("fits/{name}.json",), ("{name}.csv",))
    near = Rule("fit_tables", ("rmot.tables",), "d", "fit_tables", ("tables/fits.csv",), ())
    idle = Rule("idle", ("rmot.idle",), "e", "", (), ())
    timings = {
        "fit_spx": {"seconds": 2.0, "peak_memory_mb": 90.0},
        "fit_tables": {"seconds": 1.0, "peak_memory_mb": None},
        "of_old": {"seconds": 3.0, "peak_memory_mb": 1.0},
    }
    found = {job.name: job for job in jobs([fit, near, idle], timings)}
    assert list(found) == ["fit_spx", "fit_tables", "idle", "of_old"]
    assert found["fit_spx"].outputs == ("fits/spx.json",)
    assert found["fit_spx"].inputs == ("spx.csv",)
    assert found["fit_spx"].seconds == 2.0
    # the rule's own name goes before a wildcard that would fit as well
    assert found["fit_tables"].programs == ("rmot.tables",)
    assert found["of_old"].programs == ()


@pytest.mark.parametrize("word", ["", "AAAA", "not base64"])
def test_other_words_are_refused(word):
    with pytest.raises(DataError, match="expected rules"):
        unpack(word)


def test_a_rule_without_its_fields_is_refused():
    with pytest.raises(DataError, match="programs"):
        read_rules([{"name": "fit"}])
