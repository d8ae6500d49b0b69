"""A result that somebody typed is found; mathematics, dates and places are let pass."""

import pytest

from paper import typed_numbers
from paper.typed_numbers import check, printed_numbers, transcribed_numbers
from rmot.errors import DataError


def found(text):
    return [number for _, number in typed_numbers.typed_numbers(text)]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        (r"The bound is 0.0123 of the forward.", ["0.0123"]),
        (r"The median is $H=0.12$ at $\pm0.05$.", ["0.12", "0.05"]),
        (r"It falls like $K^{-2}$, by 17\,\%, in 3 cases.", ["17", "3"]),
        (r"Within $10^{-8}$ of $\alpha$", ["10"]),
        (r"12,500 quotes", ["12,500"]),
        (r"where 002 17 has", ["17"]),
    ],
)
def test_numbers_without_a_kind_are_found(text, numbers):
    assert found(text) == numbers


@pytest.mark.parametrize(
    "text",
    [
        "On 4 February 2022 and on 10, 17 and 31 July 2026, in 2023 and from 4 and 18 March 2022",
        r"Table~3 of 002 (5.3), Theorem 3.2, Section 5.3, step 3, Definition 2.3, (MAR33.17)",
        r"$\chi^2(Q|P)\le2\eta$, $\frac12\nu^2h^2$, $x_{12}^{-0.5}$, $14n^2$ steps, $p>2$, $T\to0$",
        r"\begin{equation} a = 17.3 \end{equation} \[ b = 4.5 \] and \begin{proof} 0.5 \end{proof}",
        r"C045, \cref{tab:3} \citep[p.~12]{Lee2004} \includegraphics[width=0.5\textwidth]{a}",
        r"\printed{880} of \setting{10^{-4}} beside \SpxHurst",
    ],
)
def test_what_is_no_result_is_let_pass(text):
    assert found(text) == []


def test_a_place_is_where_the_number_stands():
    text = "One line.\nThen 0.5 here."
    ((start, number),) = typed_numbers.typed_numbers(text)
    assert text[start:].startswith(number)


def test_a_printed_number_is_one_that_a_transcription_has(tmp_path):
    assert printed_numbers(r"\printed{880} and \printed{0.951456}") == ["880", "0.951456"]
    (tmp_path / "tables").mkdir()
    (tmp_path / "claims").mkdir()
    (tmp_path / "tables" / "a.csv").write_text("charge\n1,120.0\n")
    (tmp_path / "claims" / "a.toml").write_text("width = 0.123\n")
    assert transcribed_numbers(tmp_path) == {"1.0", "120.0", "0.123"}


def test_the_article_passes_and_a_typed_result_in_it_does_not(tmp_path):
    check()
    (tmp_path / "sections").mkdir()
    (tmp_path / "main.tex").write_text(r"\input{sections/a}")
    section = tmp_path / "sections" / "a.tex"
    section.write_text(
        "% 7.5 in a comment\nThe charge is 7.71 million; \\printed{88123.25} in 001."
    )
    with pytest.raises(DataError, match=r"line 2: 7\.71 is typed") as caught:
        check(tmp_path)
    assert "88123.25 is said to be printed" in str(caught.value)
    assert "7.5" not in str(caught.value)
