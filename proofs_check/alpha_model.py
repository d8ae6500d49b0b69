"""Symbols and laws of the alpha models, and the reading of formulas with indices.

``dS_i / S_i = sum_k alpha_ik sqrt(V_k) dW_k`` (without S_i on the left where it is normal),
``dV_k = lambda (theta_k - V_k) dt + nu_k sqrt(V_k) (rho_k dW_k + sqrt(1 - rho_k^2) dB_k)``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy

from proofs_check.chaos import AlphaModel
from proofs_check.ito import Process

_sympify: Callable[..., Any] = sympy.sympify
TABLES = ("S", "alpha", "V", "nu", "rho", "theta", "gamma", "W", "B", "I", "J", "K")
REVERSION = sympy.Symbol("lambda1", nonnegative=True)
_SIGNS = {
    **{name: {"positive": True} for name in ("S", "V", "nu")},
    "theta": {"nonnegative": True},
}
# No monomial of an observable names more than three factors: three stand for all.
FACTORS = 3


def symbol(name: str, *places: int) -> Any:
    """Name one number of the model, as `chaos` does.

    >>> symbol("alpha", 1, 2)
    alpha1_2
    """
    text = name + "_".join(map(str, places))
    return sympy.Symbol(text, **_SIGNS.get(name, {"real": True}))


def read(text: str, factors: int = FACTORS, **names: Any) -> Any:
    """Read a formula in ``alpha[i, k]``, ``V[k]`` and the like, its sums written out.

    Parameters
    ----------
    text : str
        ``n`` is the number of factors, ``reversion`` the rate lambda, ``Sum(f, (k, 1, n))`` a sum.
    factors : int
    **names : object
        What other names stand for; names left are plain symbols.

    >>> read("Sum(alpha[1, k]**2*V[k], (k, 1, n))", 2)
    V1*alpha1_1**2 + V2*alpha1_2**2
    """
    bases = {name: sympy.IndexedBase(name) for name in TABLES}
    words = {"n": factors, "reversion": REVERSION, "Sum": _sum, **names}
    summed = _sympify(text, locals={**bases, **words}, rational=True)
    found = summed.atoms(sympy.Indexed)
    summed = summed.xreplace({item: symbol(str(item.base), *item.indices) for item in found})
    # A name without indices, where the source leaves them out.
    return summed.xreplace({base: symbol(str(base)) for base in summed.atoms(sympy.IndexedBase)})


def _sum(summand: Any, limits: tuple[Any, Any, Any]) -> Any:
    index, first, last = limits
    terms = [summand.xreplace({index: sympy.Integer(k)}) for k in range(int(first), int(last) + 1)]
    return sympy.Add(*terms)


def state_of(model: AlphaModel) -> dict[Any, Process]:
    """Return prices and factors as processes; drivers are named W1, B1, W2, ..."""
    return {
        x: Process(
            process.drift,
            {
                _driver(letter): process.noise.get(letter, sympy.Integer(0))
                for letter in model.letters
            },
        )
        for x, process in model.state.items()
    }


def _driver(letter: tuple[str, int]) -> str:
    kind, place = letter
    return f"{'W' if kind == 'W' else 'B'}{place + 1}"
