r"""What a caption's LaTeX says, as HTML: text, simple formulas, numbers that are macros.

Only what captions of the article use is read. A command that is not known stays visible as code, so
that nothing is silently dropped; a test holds the article's captions to none of these.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping

from markupsafe import Markup, escape

from paper.report.symbols import (
    ACCENTS,
    DASHES,
    FRACTIONS,
    FUNCTIONS,
    MINUS,
    PASSED,
    PRIME,
    RELATIONS,
    SPACES,
    STYLES,
    SYMBOLS,
    UPRIGHT,
    VARIABLES,
)

_TOKEN = re.compile(
    r"\\([A-Za-z]+)\s*|\\(.)|([{}$^_~])|(---?|``|''|[`'])|([^\\{}$^_~\-`']+|.)", re.S
)

Reference = Callable[[str], Markup]


def to_html(text: str, macros: Mapping[str, str], reference: Reference) -> Markup:
    r"""Turn a caption into HTML.

    Parameters
    ----------
    text : str
    macros : dict of str to str
        What ``\newcommand`` defines, by name.
    reference : callable
        What stands for the label of ``\cref`` and ``\eqref`` or the key of ``\citet``.
    """
    return _Reader(text, macros, reference).prose().strip()


def plain(html: Markup) -> str:
    """Give the text alone, for what cannot hold elements."""
    return " ".join(html.striptags().split())


class _Reader:
    """One pass over the tokens of a text."""

    def __init__(self, text: str, macros: Mapping[str, str], reference: Reference) -> None:
        text = re.sub(r"(?<!\\)%.*\n?", "", text)
        self.tokens = list(_TOKEN.finditer(text))
        self.place = 0
        self.macros = macros
        self.reference = reference

    def prose(self, closing: str = "") -> Markup:
        """Read text up to a closing token."""
        return Markup("").join(self._prose(closing))

    def _prose(self, closing: str) -> Iterator[Markup]:
        while (token := self._next()) is not None:
            word, sign, mark, dash, text = token.groups()
            if mark and mark == closing:
                return
            if word:
                yield self._command(word)
            elif sign in ACCENTS:
                letter = self._argument()
                yield escape(unicodedata.normalize("NFC", letter[:1] + ACCENTS[sign] + letter[1:]))
            elif sign:
                yield escape(SPACES.get(sign, sign))
            elif mark == "$":
                yield self.formula("$")
            elif mark == "{":
                yield self.prose("}")
            elif mark == "~":
                yield Markup("&nbsp;")
            elif dash:
                yield escape(DASHES[dash])
            else:
                yield escape(re.sub(r"\s+", " ", text or mark))

    def _command(self, word: str) -> Markup:
        if word in self.macros:
            self._skip_empty()
            return to_html(self.macros[word], self.macros, self.reference)
        if word == "ensuremath":
            return _Reader(self._argument(), self.macros, self.reference).formula()
        if word in PASSED:
            return to_html(self._argument(), self.macros, self.reference)
        if word in STYLES:
            inner = to_html(self._argument(), self.macros, self.reference)
            return Markup("<{0}>{1}</{0}>").format(STYLES[word], inner)
        if word in ("cref", "Cref", "eqref", "ref", "citet", "citep"):
            keys = self._argument().split(",")
            return Markup(", ").join(self.reference(key.strip()) for key in keys)
        if word in SPACES:
            return escape(SPACES[word])
        return Markup("<code>\\{}</code>").format(word)

    def formula(self, closing: str = "") -> Markup:
        """Read mathematics up to a closing token."""
        return Markup("").join(self._formula(closing))

    def _formula(self, closing: str) -> Iterator[Markup]:
        while (token := self._next()) is not None:
            word, sign, mark, dash, text = token.groups()
            if mark and mark == closing:
                return
            if word:
                yield self._symbol(word)
            elif sign:
                yield escape(SPACES.get(sign, sign))
            elif mark in ("^", "_"):
                tag = "sup" if mark == "^" else "sub"
                yield Markup("<{0}>{1}</{0}>").format(tag, self._inner(self._argument()))
            elif mark == "{":
                yield self.formula("}")
            elif dash:
                yield escape(dash.replace("-", MINUS).replace("'", PRIME))
            else:
                yield _letters(text or "")

    def _symbol(self, word: str) -> Markup:
        if word in self.macros:
            self._skip_empty()
            return self._inner(self.macros[word])
        if word == "ensuremath" or word in PASSED:
            return self._inner(self._argument())
        if word in VARIABLES:
            return Markup("<i>{}</i>").format(VARIABLES[word])
        if word in SYMBOLS:
            return escape(SYMBOLS[word])
        if word in RELATIONS:
            return escape(f"\u2009{RELATIONS[word]}\u2009")
        if word in FUNCTIONS:
            return escape(f"{word}\u2009")
        if word in UPRIGHT:
            return escape(self._argument())
        if word in FRACTIONS:
            return Markup("{}/{}").format(
                self._inner(self._argument()), self._inner(self._argument())
            )
        if word in SPACES:
            return escape(SPACES[word])
        return Markup("<code>\\{}</code>").format(word)

    def _inner(self, text: str) -> Markup:
        return _Reader(text, self.macros, self.reference).formula()

    def _next(self) -> re.Match[str] | None:
        if self.place == len(self.tokens):
            return None
        self.place += 1
        return self.tokens[self.place - 1]

    def _skip_empty(self) -> None:
        """Pass over the braces that end a macro's name."""
        if [token[0] for token in self.tokens[self.place : self.place + 2]] == ["{", "}"]:
            self.place += 2

    def _argument(self) -> str:
        """Give the text of the next group, or the next sign where there are no braces."""
        token = self._next()
        if token is None:
            return ""
        if token[3] != "{":
            if token[5] and len(token[5]) > 1:
                # one letter is the argument, the rest stays
                self.place -= 1
                self.tokens[self.place : self.place + 1] = _TOKEN.finditer(token[0][1:])
                return token[0][0]
            return token[0]
        parts, depth = [], 1
        while (token := self._next()) is not None:
            depth += {"{": 1, "}": -1}.get(token[0], 0)
            if not depth:
                break
            parts.append(token[0])
        return "".join(parts)


def _letters(text: str) -> Markup:
    """Set letters in italics; relations get a little room, other blanks none."""
    text = re.sub(r"\s+", "", text).replace("*", "\N{ASTERISK OPERATOR}").replace("-", MINUS)
    text = re.sub(r"([=<>])", "\u2009\\1\u2009", text)
    return Markup("").join(
        Markup("<i>{}</i>").format(part) if part.isalpha() else escape(part)
        for part in re.findall(r"[A-Za-z]+|[^A-Za-z]+", text)
    )
