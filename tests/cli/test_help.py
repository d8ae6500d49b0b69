"""The help of every command: one line that says what it does, and examples that run as printed."""

import re
import shlex
import shutil

import numpy as np
import pandas as pd
import pytest
import typer

from rmot import cli
from rmot.market.synthetic import synthetic_index_chain

# Not run here: minutes, a network, results of the DAG, or a law that was trained before.
PARSED_ALONE = (
    "rmot calibrate spx.csv.gz ndx.csv.gz",
    "rmot martingale spx.csv.gz --first 2022-03-04 --second 2022-03-18 --payoff cliquet",
    "rmot bounds spx.csv.gz --expiry 2022-03-04 --strike 1.05 --thin 12 --radius-multiple",
    "rmot alpha-calibrate",
    "rmot capital report",
    "rmot archive",
    "rmot claims",
    "rmot data fetch",
    "rmot data verify",
    "rmot neural",
    "rmot demo",
)
FACTOR = """
[[factors]]
vol_of_vol = {vol_of_vol}
correlation = -0.5
initial_variance = 1.0
mean_reversion = 0.1
long_run_variance = 1.0
"""
MODEL = "\n".join(
    [
        "forwards = [1.1, 1.0]",
        "loadings = [[0.2, 0.1], [0.15, -0.1]]",
        *(FACTOR.format(vol_of_vol=number) for number in (1.5, 0.0)),
    ]
)


def commands(group, path=("rmot",)):
    yield path, group
    for name, command in getattr(group, "commands", {}).items():
        yield from commands(command, (*path, name))


ROOT = typer.main.get_command(cli.app)
ALL = {" ".join(path): command for path, command in commands(ROOT)}
EXAMPLES = [
    (name, line.removeprefix("$ "))
    for name, command in ALL.items()
    for line in (command.epilog or "").split("\n\n")
    if line.startswith("$ ")
]
CHEAP = list(dict.fromkeys(line for _, line in EXAMPLES if not line.startswith(PARSED_ALONE)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the files that the examples name."""
    path = tmp_path_factory.mktemp("examples")
    for name in ("spx", "ndx"):
        synthetic_index_chain(path / f"{name}.csv.gz", seed=1, underlying=name.upper())
    days = pd.bdate_range("2025-01-01", periods=300)
    steps = np.random.default_rng(1).standard_normal((300, 2)) @ [[0.01, 0.006], [0.0, 0.008]]
    for name, closes in zip(("spx", "ndx"), np.exp(np.cumsum(steps, axis=0)).T, strict=True):
        lines = [f"{day:%Y-%m-%d},{close:.8f}" for day, close in zip(days, closes, strict=True)]
        (path / f"{name}.csv").write_text("\n".join(["Date,Close", *lines]))
    weekly = pd.date_range("2025-01-03", periods=52, freq="7D")
    (path / "dates.csv").write_text("\n".join(["date", *(f"{day:%Y-%m-%d}" for day in weekly)]))
    (path / "losses.csv").write_text("kind,loss\ncredit,3\nequity,4\nother,10\n")
    (path / "exceptions.csv").write_text("exception\n" + "0\n" * 240 + "1\n" * 3)
    lines = [f"{step:.6f},-0.02,0.02" for step in steps[:, 0]]
    (path / "intervals.csv").write_text("\n".join(["outcome,lower,upper", *lines]))
    (path / "model.toml").write_text(MODEL)
    return path


@pytest.mark.parametrize("name", ALL)
def test_every_command_says_what_it_does_in_one_line_and_gives_an_example(name):
    command = ALL[name]
    summary = (command.help or "").split("\n\n")[0]
    assert 10 < len(summary) <= 90, summary
    assert summary.endswith((".", ")"))
    own = [line for path, line in EXAMPLES if path == name]
    assert own
    assert all(line.startswith(name) for line in own)


@pytest.mark.parametrize("name", ALL)
def test_every_option_has_a_help_and_a_metavar_of_its_own(name):
    for option in ALL[name].params:
        if option.name in ("help", "install_completion", "show_completion"):
            continue
        assert vars(option)["help"], option.name
        assert option.metavar is not None, option.name
        # a unit or a form, not the name of a type
        assert option.metavar not in ("TEXT", "FLOAT", "INTEGER", "PATH"), option.name


@pytest.mark.parametrize("name", [n for n, c in ALL.items() if not hasattr(c, "commands")])
def test_every_command_that_prints_a_table_prints_json_and_csv(name):
    if name == "rmot data":
        return
    given = {flag for option in ALL[name].params for flag in option.opts}
    assert {"--json", "--csv"} <= given


@pytest.mark.parametrize(("name", "line"), EXAMPLES, ids=[line for _, line in EXAMPLES])
def test_every_example_parses(name, line):
    words = shlex.split(line.partition(" > ")[0])[len(name.split()) :]
    if "--help" not in words and name not in ("rmot", "rmot neural", "rmot capital", "rmot data"):
        ALL[name].make_context(name, words)


@pytest.mark.parametrize("line", CHEAP)
def test_cheap_examples_run_and_their_tables_fit_eighty_columns(line, folder, rmot, monkeypatch):
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "80")
    status, out, err = rmot(*shlex.split(line.partition(" > ")[0])[1:])
    assert status == 0, err
    assert out
    assert "…" not in out
    if not {"--help", "--json", "--csv"} & set(line.split()) and "--hedge" not in line:
        # titles are as long as what they name
        tables = [line for line in out.splitlines() if ", licence: " not in line]
        assert max(map(len, tables)) <= 80


@pytest.mark.parametrize(("width", "names"), [(80, list(ALL)), (120, ["rmot", "rmot bounds"])])
def test_help_fits_the_terminal(rmot, monkeypatch, width, names):
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERMINAL_WIDTH", str(width))
    for name in names:
        status, out, _ = rmot(*name.split()[1:], "--help")
        assert status == 0
        assert max(map(len, out.splitlines())) <= width


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["bounds", "--foo"], "No such option: --foo"),
        (["bounds", "x.csv"], "Missing option '--expiry'. Try 'rmot bounds --help'."),
        (["boundz"], "Did you mean 'bounds'? Try 'rmot --help'."),
        (["price", "--maturity", "soon"], "'--maturity'"),
        (["price", "--maturity", "1", "--json", "--csv"], "one of --json and --csv; got both"),
    ],
)
def test_a_slip_is_one_line_that_says_what_to_do(rmot, arguments, words):
    status, out, err = rmot(*arguments)
    assert (status, out) == (2, "")
    assert err.startswith("rmot: ")
    assert words in err
    assert err.count("\n") == 1


def test_a_command_alone_prints_its_help(rmot):
    for group in ((), ("capital",), ("data",), ("neural",)):
        status, out, err = rmot(*group)
        assert (status, err.strip()) == (2, "")
        assert re.search("Usage: rmot", out)


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash to complete in")
def test_the_shell_completes_commands(rmot, monkeypatch):
    monkeypatch.setenv("_RMOT_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "rmot cal")
    monkeypatch.setenv("COMP_CWORD", "1")
    _, out, _ = rmot()
    assert out.split() == ["calibrate"]


def test_origins_are_shown_with_the_files(rmot):
    status, out, err = rmot("data", "list")
    assert status == 0
    (head,) = [line for line in out.splitlines() if line.startswith("Luca-Castelli/Index-Gamma")]
    assert re.fullmatch(r"Luca-Castelli/Index-Gamma at [0-9a-f]{12}, licence: none stated", head)
    assert re.search(r"\d+ files of \d+ origins", err)
