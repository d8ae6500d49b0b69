"""The command line as a person at the shell calls it, and a chain of known truth to call it on."""

import sys

import pytest

from rmot import cli
from rmot.market.synthetic import synthetic_index_chain


@pytest.fixture
def rmot(monkeypatch, capsys):
    """Run `rmot ARGUMENTS`: (status, standard output, standard error)."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["rmot", *map(str, arguments)])
        try:
            cli.main()
            status = 0
        except SystemExit as stop:
            status = int(stop.code or 0)
        out, err = capsys.readouterr()
        return status, out, err

    return run


@pytest.fixture(scope="session")
def chain(tmp_path_factory):
    path = tmp_path_factory.mktemp("chain") / "spx.csv.gz"
    synthetic_index_chain(path, seed=1)
    return path


@pytest.fixture(scope="session")
def saved_fit(chain, tmp_path_factory):
    """A fit of one expiry with the variance a martingale."""
    path = tmp_path_factory.mktemp("fit") / "fit.json"
    with pytest.MonkeyPatch.context() as patch:
        held = ["--fix", "mean_reversion=0", "--fix", "long_run_variance=0"]
        given = ["calibrate", str(chain), "--expiry", "2022-03-04", "--thin", "12", *held]
        patch.setattr(sys, "argv", ["rmot", *given, "--output", str(path)])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        assert not stop.value.code
    return path
