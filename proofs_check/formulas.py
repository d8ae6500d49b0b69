"""Reading a claim's formula into sympy, its decimals as exact rationals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy

_sympify: Callable[..., Any] = sympy.sympify


def formula(text: str, **symbols: sympy.Symbol) -> Any:
    """Parse `text`; names among `symbols` become those symbols.

    >>> formula("x/2 + 0.1", x=sympy.Symbol("x"))
    x/2 + 1/10
    """
    return _sympify(text, locals=symbols, rational=True)
