"""Captions say on the page what they say in the article."""

from pathlib import Path

import pytest
from markupsafe import Markup

from paper.report.floats import read_floats, read_macros
from paper.report.latex import plain, to_html
from rmot.errors import MissingData

ARTICLE = Path(__file__).parents[3] / "paper"
MACROS = {"Level": r"\ensuremath{0.090(13)}", "buildRemark": "Built with the quick profile."}


@pytest.mark.parametrize(
    ("latex", "html"),
    [
        (r"Cram\'er, 95\,\% of $\chi^2$", "Cramér, 95\u2009% of <i>χ</i><sup>2</sup>"),
        (r"one--two", "one\u2013two"),
        (r"$S_2-S_1$", "<i>S</i><sub>2</sub>\u2212<i>S</i><sub>1</sub>"),
        (r"to $10^{-4}$", "to 10<sup>\u22124</sup>"),
        (r"$|k|\le 0.1$", "|<i>k</i>|\u2009≤\u20090.1"),
        (r"$H=\tfrac12$, $\frac{a}{b}$", "<i>H</i>\u2009=\u20091/2, <i>a</i>/<i>b</i>"),
        (r"\Level{} and \Level.", "0.090(13) and 0.090(13)."),
        (r"$H=\Level$", "<i>H</i>\u2009=\u20090.090(13)"),
        (r"\textbf{All} ``of'' a~kind.", "<strong>All</strong> “of” a&nbsp;kind."),
        (r"\buildRemark", "Built with the quick profile."),
        (r"\setting{50} of $\printed{0.2}\,\%$", "50 of 0.2\u2009%"),
        (r"see \cref{tab:x,sec:y}", "see [tab:x], [sec:y]"),
        (r"<b> & \unknown{this}", r"&lt;b&gt; &amp; <code>\unknown</code>this"),
        ("one % a comment\ntwo", "one two"),
    ],
)
def test_caption_as_html(latex, html):
    assert to_html(latex, MACROS, lambda key: Markup("[{}]").format(key)) == html


def test_plain_text_has_no_elements():
    assert plain(Markup("Of <i>H</i>  &lt; 1")) == "Of H < 1"


def test_captions_of_the_article_are_read_whole():
    floats = read_floats(ARTICLE, {})
    assert {each.kind for each in floats} == {"figure", "table"}
    known = {"buildRemark", "dataSentence", "dataKind"}
    for each in floats:
        assert each.caption, each
        assert each.program, each
        assert each.names, each
        left = [part.partition("<")[0] for part in each.caption.split("<code>\\")[1:]]
        # without its table no number is known; their names begin with a capital
        assert all(word in known or word[0].isupper() for word in left), each


def test_references_are_the_articles_numbers(tmp_path):
    (tmp_path / "main.tex").write_text("\\input{sections/one}\n%\\input{sections/none}\n")
    (tmp_path / "sections").mkdir()
    (tmp_path / "sections" / "one.tex").write_text(
        r"""\section{The $H$ of it}\label{sec:one}
        \begin{table}\input{first.tex}\caption{One \% of {all}.}\label{tab:first}
        \madeby{a.b_c,a.d}\end{table}
        \begin{table}\input{second}\caption{See \cref{tab:first}, \cref{sec:one},
        \eqref{eq:of-law}, \citet{AbiJaber2019}.}\label{tab:second}\end{table}"""
    )
    first, second = read_floats(tmp_path, {})
    assert (first.names, first.number, first.program) == (("first",), 1, "a.b_c, a.d")
    assert first.caption == "One % of all."
    assert plain(second.caption) == (
        "See table 1, section “The H of it”, (equation “of law”), Abi Jaber 2019."
    )
    with pytest.raises(MissingData, match="none"):
        read_macros(tmp_path / "none.tex")
