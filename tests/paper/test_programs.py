"""Marks name programs that exist, and the list leads from each to what it made."""

import re

import pytest

from paper.article import floats, marks, section_files, text_of
from paper.programs import listing, places
from rmot.errors import DataError

FLOAT = r"""
\begin{figure}
  \madeby{%s}
  \includegraphics{dow}
  \label{fig:dow}
\end{figure}
"""


@pytest.fixture
def article(tmp_path):
    (tmp_path / "sections").mkdir()
    (tmp_path / "main.tex").write_text(r"\input{sections/a}")

    def write(body):
        (tmp_path / "sections" / "a.tex").write_text(body)
        return tmp_path

    return write


def test_the_list_leads_to_the_float(article):
    found = places(article(FLOAT % "figures.dow" + r"Text.\madeby{figures.dow,paper.build}"))
    assert [mark.label for mark in found["figures.dow"]] == ["fig:dow", None]
    text = listing(found)
    assert r"\program{figures.dow}] \cref{fig:dow} (page~\pageref{fig:dow})" in text
    assert r"\program{paper.build}] what the text says of it" in text


def test_a_program_leads_to_each_float_that_it_made(article):
    two = FLOAT % "figures.dow" + (FLOAT % "figures.dow").replace("fig:dow", "fig:other")
    assert [mark.label for mark in places(article(two))["figures.dow"]] == ["fig:dow", "fig:other"]


def test_a_float_without_a_mark_and_a_mark_without_a_program_are_refused(article):
    with pytest.raises(DataError, match=r"see a\.tex"):
        places(article(FLOAT.replace(r"\madeby{%s}", "")))
    with pytest.raises(DataError, match=r"figures\.nothing"):
        places(article(FLOAT % "figures.nothing"))


def test_every_figure_is_marked_with_its_script():
    for path in section_files():
        for body in floats(text_of(path)):
            if shown := re.search(r"\\includegraphics(?:\[[^]]*\])?\{(\w+)\}", body):
                (program,) = re.findall(r"\\madeby\{([^}]*)\}", body)
                assert program == f"figures.{shown[1]}"


def test_every_float_has_a_label_that_the_text_refers_to():
    text = "\n".join(text_of(path) for path in section_files())
    named = {
        name for names in re.findall(r"\\[cC]ref\{([^}]*)\}", text) for name in names.split(",")
    }
    labels = {mark.label for path in section_files() for mark in marks(path)} - {None}
    assert labels <= named
