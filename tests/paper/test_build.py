"""The article does not build with a hole in it."""

import shutil

import pytest

from paper import build

pytestmark = pytest.mark.skipif(
    shutil.which("latexmk") is None, reason="TeX is not installed; the DAG then builds no PDF"
)

PAGE = r"\documentclass{article}\begin{document}%s\end{document}"


@pytest.fixture
def typeset(tmp_path, monkeypatch):
    monkeypatch.setattr(build, "PAPER", tmp_path)

    def run(body):
        (tmp_path / "main.tex").write_text(PAGE % body)
        build.build([], tmp_path / "out.pdf")
        return (tmp_path / "out.pdf").read_bytes()

    return run


def test_same_source_gives_the_same_bytes(typeset):
    first = typeset("Text.")
    assert first.startswith(b"%PDF")
    assert typeset("Text.") == first


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (r"\NoSuchNumber", "NoSuchNumber"),
        (r"See \ref{nowhere}.", "nowhere"),
        (r"\label{a}\label{a}x", "multiply"),
        (r"\hbox to 2\hsize{wide}\rule{2\hsize}{1pt}", "Overfull"),
    ],
)
def test_a_fault_stops_the_build_and_is_named(typeset, body, named, tmp_path):
    with pytest.raises(RuntimeError, match=named):
        typeset(body)
    assert not (tmp_path / "out.pdf").exists()
