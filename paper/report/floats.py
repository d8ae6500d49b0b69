r"""Which figures and tables the article shows, in its order: caption, number, the program's name.

Read from the article's own LaTeX, so that page and article cannot tell different things.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup, escape

from paper.article import floats, section_files, text_of
from paper.report.latex import to_html
from rmot.errors import MissingData

_CONTENT = re.compile(r"\\(?:input|includegraphics)(?:\[[^]]*\])?\{([^}]*)\}")
_LABEL = re.compile(r"\\label\{([^}]*)\}")
_HEADING = re.compile(r"\\(?:sub)*section\*?\{([^}]*)\}\s*\\label\{([^}]*)\}")
_MACRO = re.compile(r"^\\newcommand\{\\(\w+)\}\{(.*)\}$", re.M)


@dataclass(frozen=True)
class Float:
    """One figure or table of the article.

    Attributes
    ----------
    kind : {"figure", "table"}
    names : tuple of str
        Files that it shows, without folder and suffix.
    number : int
        As the article counts.
    label : str
    caption : Markup
    program : str
        The margin mark.
    """

    kind: str
    names: tuple[str, ...]
    number: int
    label: str
    caption: Markup
    program: str


def read_floats(article: Path, macros: Mapping[str, str]) -> list[Float]:
    """Read all figures and tables of the article, in its order.

    Parameters
    ----------
    article : Path
        The folder of `main.tex`, which says which sections there are.
    macros : dict of str to str
        As `read_macros` gives them.

    Raises
    ------
    MissingData
        A section is not there.
    """
    try:
        source = "\n".join(text_of(path) for path in section_files(article))
        headings = _HEADING.findall(text_of(article / "main.tex") + source)
    except FileNotFoundError as error:
        raise MissingData(f"expected the file {error.filename}; it does not exist") from None
    numbers = {"figure": 0, "table": 0}
    counted = []
    for body in floats(source):
        kind = "figure" if body.startswith(r"\begin{figure}") else "table"
        numbers[kind] += 1
        counted.append((kind, numbers[kind], body))
    named = {label: title for title, label in headings}
    named |= {
        label: f"{kind} {number}"
        for kind, number, body in counted
        for label in _LABEL.findall(body)
    }

    def reference(key: str) -> Markup:
        if key.startswith("eq:"):
            return Markup("(equation “{}”)").format(key[3:].replace("-", " "))
        if key.startswith("sec:"):
            return Markup("section “{}”").format(to_html(named.get(key, key[4:]), macros, escape))
        # a work is known by its key, which is name and year
        return escape(named.get(key, re.sub(r"(?<=[a-z])(?=[A-Z\d])", " ", key)))

    return [
        Float(
            kind,
            tuple(Path(name).stem for name in _CONTENT.findall(body)),
            number,
            "".join(_LABEL.findall(body)[:1]),
            to_html(_caption(body), macros, reference),
            ",".join(re.findall(r"\\madeby\{([^}]*)\}", body)).replace(",", ", "),
        )
        for kind, number, body in counted
    ]


def read_macros(path: Path) -> dict[str, str]:
    r"""Read what ``\newcommand`` defines in a file of `paper.numbers`.

    Raises
    ------
    MissingData
        No such file.
    """
    try:
        return dict(_MACRO.findall(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise MissingData(f"expected the file {path}; it does not exist") from None


def _caption(body: str) -> str:
    start = body.find(r"\caption{")
    if start < 0:
        return ""
    depth = 0
    for place in range(start + len(r"\caption"), len(body)):
        escaped = body[place - 1] == "\\"
        depth += {"{": 1, "}": -1}.get(body[place], 0) * (not escaped)
        if not depth:
            return body[start + len(r"\caption{") : place]
    return ""
