"""What LaTeX's commands stand for in a caption: accents, spaces, letters, relations, by name."""

import unicodedata

MINUS, PRIME = "\N{MINUS SIGN}", "\N{PRIME}"
ACCENTS = {"'": "\u0301", "`": "\u0300", '"': "\u0308", "^": "\u0302", "~": "\u0303"}
SPACES = {",": "\u2009", ";": "\u2005", " ": " ", "!": "", "quad": "\u2003", "-": ""}
STYLES = {"emph": "em", "textit": "em", "textbf": "strong", "texttt": "code"}
DASHES = {
    "--": "\N{EN DASH}",
    "---": "\N{EM DASH}",
    "``": "\N{LEFT DOUBLE QUOTATION MARK}",
    "''": "\N{RIGHT DOUBLE QUOTATION MARK}",
    "`": "\N{LEFT SINGLE QUOTATION MARK}",
    "'": "\N{RIGHT SINGLE QUOTATION MARK}",
}

_GREEK = """
    alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau
    upsilon phi chi psi omega
"""
# Unicode spells one letter in another way.
_SPELT = {"lambda": "lamda"}
VARIABLES = {
    **{
        name: unicodedata.lookup(f"GREEK SMALL LETTER {_SPELT.get(name, name)}")
        for name in _GREEK.split()
    },
    "varepsilon": "\N{GREEK SMALL LETTER EPSILON}",
    "varphi": "\N{GREEK SMALL LETTER PHI}",
    "ell": "\N{SCRIPT SMALL L}",
}
"""Letters of formulas, in italics."""

SYMBOLS = {
    "pm": "\N{PLUS-MINUS SIGN}",
    "Delta": "\N{GREEK CAPITAL LETTER DELTA}",
    "Sigma": "\N{GREEK CAPITAL LETTER SIGMA}",
    "infty": "\N{INFINITY}",
    "ldots": "\N{HORIZONTAL ELLIPSIS}",
    "dots": "\N{HORIZONTAL ELLIPSIS}",
    "prime": PRIME,
}
RELATIONS = {
    "le": "\N{LESS-THAN OR EQUAL TO}",
    "leq": "\N{LESS-THAN OR EQUAL TO}",
    "ge": "\N{GREATER-THAN OR EQUAL TO}",
    "geq": "\N{GREATER-THAN OR EQUAL TO}",
    "neq": "\N{NOT EQUAL TO}",
    "approx": "\N{ALMOST EQUAL TO}",
    "sim": "\N{TILDE OPERATOR}",
    "to": "\N{RIGHTWARDS ARROW}",
    "in": "\N{ELEMENT OF}",
    "mid": "|",
    "times": "\N{MULTIPLICATION SIGN}",
    "cdot": "\N{MIDDLE DOT}",
    "equiv": "\N{IDENTICAL TO}",
}
"""What has a little room on either side."""

FUNCTIONS = ("log", "exp", "min", "max", "sup", "inf", "det")
UPRIGHT = ("mathrm", "text", "operatorname", "mathbf", "mathbb", "mathcal")
# The article's own: a number typed by hand, with its kind.
PASSED = ("printed", "setting")
FRACTIONS = ("frac", "tfrac", "dfrac")
