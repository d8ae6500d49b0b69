r"""Knows iterated Itô integrals and the stochastic Taylor expansion of alpha models, in sympy.

A word w of letters names the iterated integral, its first letter innermost, the letter `TIME` dt:

    I_w(t) = ∫_{0 < t_1 < ... < t_n < t} dW_{w_1}(t_1) ... dW_{w_n}(t_n),
    f(X_t) = sum_w (L^{w_1} ... L^{w_n} f)(X_0) I_w(t).

An element of the algebra is a dict from words to sympy coefficients. A check of source 004 calls

- `expansion(AlphaModel(...), f, weight)` for the terms of (55)-(65) and (74)-(91), a letter of a
  Brownian motion weighing 1 and dt 2: what the source calls second order is weight 2;
- `product` and `mean` for the moments of (66) and (67): `mean(product(x, y), t)` is E[x y];
- `AlphaModel.bracket` for d<f, g>/dt in (68)-(73), (92)-(115), (134)-(136);
- `remainder_variance` for what the expansion leaves out, to its leading order;
- `area_characteristic_function` and `area_residual` for the law of B^(2,2) = ∫ What dW.

Iterated integrals and their products: P. Kloeden and E. Platen, Numerical Solution of Stochastic
Differential Equations (1992), chapter 5; the law of the area is R. Cameron and W. Martin's (1945).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product as pairs
from typing import Any

import sympy

from proofs_check.ito import Process, along, bracket, correlated, differential, generator
from rmot.errors import ParameterError

Letter = tuple[str, int]
Word = tuple[Letter, ...]
Chaos = dict[Word, Any]

TIME: Letter = ("t", 0)
# sympy's own annotations reach neither functions nor operators
_symbols: Callable[..., Any] = sympy.symbols


def driver(factor: int) -> Letter:
    """Return the letter of W_k, which drives the assets."""
    return ("W", factor)


def own(factor: int) -> Letter:
    """Return the letter of What_k, which drives the variance alone."""
    return ("What", factor)


def weight(word: Word) -> int:
    """Return the order of I_w in sqrt(t)."""
    return sum(2 if letter == TIME else 1 for letter in word)


@cache
def _word_product(first: Word, second: Word) -> tuple[tuple[Word, int], ...]:
    """Return I_u I_v by the product rule: both ends in turn, and dt where they are one."""
    if not first or not second:
        return ((first + second, 1),)
    found: dict[Word, int] = {}
    ends = [
        (first[:-1], second, first[-1]),
        (first, second[:-1], second[-1]),
    ]
    if first[-1] == second[-1] != TIME:
        ends.append((first[:-1], second[:-1], TIME))
    for left, right, end in ends:
        for word, count in _word_product(left, right):
            found[(*word, end)] = found.get((*word, end), 0) + count
    return tuple(found.items())


def product(first: Mapping[Word, Any], second: Mapping[Word, Any]) -> Chaos:
    """Return the product of two elements as a sum of iterated integrals.

    >>> w = {(driver(0),): 1}
    >>> product(w, w) == {(driver(0), driver(0)): 2, (TIME,): 1}
    True
    """
    found: Chaos = {}
    for (u, a), (v, b) in pairs(first.items(), second.items()):
        for word, count in _word_product(u, v):
            found[word] = found.get(word, 0) + count * a * b
    return found


def mean(element: Mapping[Word, Any], t: Any) -> Any:
    """Return the expectation at time t: only words of dt alone have one, t^n / n!."""
    return sympy.expand(
        sum(
            coefficient * t ** len(word) / sympy.factorial(len(word))
            for word, coefficient in element.items()
            if all(letter == TIME for letter in word)
        )
    )


@dataclass(frozen=True)
class AlphaModel:
    """An alpha model in symbols; `normal` assets have no factor S_i in their dynamics.

        dS_i = S_i sum_k alpha_ik sqrt(V_k) dW_k,   dV_k = lambda_k (theta_k - V_k) dt
               + nu_k sqrt(V_k) (rho_k dW_k + sqrt(1 - rho_k^2) dWhat_k).

    Attributes
    ----------
    n_assets, n_factors : int
    normal : bool
    """

    n_assets: int
    n_factors: int
    normal: bool = False

    def __post_init__(self) -> None:
        if self.n_assets < 1 or self.n_factors < 1:
            raise ParameterError(
                f"expected an asset and a factor; got {self.n_assets} and {self.n_factors}"
            )

    def _named(self, name: str, **assumptions: bool) -> tuple[Any, ...]:
        return _symbols(f"{name}1:{self.n_factors + 1}", **assumptions)

    @property
    def prices(self) -> tuple[Any, ...]:
        """S_1, S_2, ..."""
        return _symbols(f"S1:{self.n_assets + 1}", positive=True)

    @property
    def variances(self) -> tuple[Any, ...]:
        """V_1, V_2, ..."""
        return self._named("V", positive=True)

    @property
    def vols_of_vol(self) -> tuple[Any, ...]:
        """nu_1, nu_2, ..."""
        return self._named("nu", positive=True)

    @property
    def correlations(self) -> tuple[Any, ...]:
        """rho_1, rho_2, ..."""
        return self._named("rho", real=True)

    @property
    def reversions(self) -> tuple[Any, ...]:
        """lambda_1, lambda_2, ..."""
        return self._named("lambda", nonnegative=True)

    @property
    def long_run(self) -> tuple[Any, ...]:
        """theta_1, theta_2, ..."""
        return self._named("theta", nonnegative=True)

    def loading(self, asset: int, factor: int) -> Any:
        """Return alpha_ik, both numbered from 0."""
        return _symbols(f"alpha{asset + 1}_{factor + 1}", real=True)

    @property
    def letters(self) -> tuple[Letter, ...]:
        """All Brownian motions."""
        return tuple(make(k) for k in range(self.n_factors) for make in (driver, own))

    @cached_property
    def state(self) -> dict[Any, Process]:
        """Prices and factors as processes, whose drivers are letters."""
        state: dict[Any, Process] = {}
        for i, price in enumerate(self.prices):
            size = 1 if self.normal else price
            noise = {
                driver(k): self.loading(i, k) * sympy.sqrt(v) * size
                for k, v in enumerate(self.variances)
            }
            state[price] = Process(sympy.Integer(0), noise)
        numbers = (self.reversions, self.long_run, self.vols_of_vol, self.correlations)
        for k, v in enumerate(self.variances):
            speed, level, nu, rho = (each[k] for each in numbers)
            noise = correlated(driver(k), own(k), rho, nu * sympy.sqrt(v))
            state[v] = Process(speed * (level - v), noise)
        return state

    def derivative(self, letter: Letter, f: Any) -> Any:
        """Return L^j f: along a Brownian motion's field, or the generator for `TIME`."""
        return generator(f, self.state) if letter == TIME else along(f, letter, self.state)

    def bracket(self, f: Any, g: Any) -> Any:
        """Return d<f, g>/dt."""
        return sympy.expand(bracket(differential(f, self.state), differential(g, self.state)))


def expansion(model: AlphaModel, f: Any, most: int, least: int = 0) -> Chaos:
    """Return the words of weight `least` to `most` in the expansion of f(X_t), without zeros.

    >>> model = AlphaModel(1, 1, normal=True)
    >>> terms = expansion(model, model.prices[0], 2, 2)
    >>> terms[own(0), driver(0)]
    alpha1_1*nu1*sqrt(1 - rho1**2)/2
    """
    found: Chaos = {}
    pending: list[tuple[Word, Any]] = [((), f)]
    while pending:
        word, value = pending.pop()
        value = sympy.expand(value)
        if value == 0:
            continue
        if weight(word) >= least:
            found[word] = value
        for letter in (TIME, *model.letters):
            longer = (letter, *word)
            if weight(longer) <= most:
                pending.append((longer, model.derivative(letter, value)))
    return found


def remainder_variance(model: AlphaModel, f: Any, most: int) -> Any:
    """Return the coefficient of t^(most + 1) in the variance of what `expansion` leaves out."""
    left = expansion(model, f, most + 1, most + 1)
    t = _symbols("t", positive=True)
    return sympy.expand(mean(product(left, left), t) / t ** (most + 1))


def area_characteristic_function(u: Any, t: Any) -> Any:
    """Return E exp(iu ∫_0^t What dW) = E exp(-u^2/2 ∫ What^2) = cosh(ut)^(-1/2)."""
    return sympy.cosh(u * t) ** sympy.Rational(-1, 2)


def area_residual(candidate: Callable[[Any, Any], Any]) -> tuple[Any, Any]:
    """Return what a characteristic function phi(u, t) of the area misses; zeros prove it.

    The mean of exp(-u^2/2 ∫_0^t What^2) from What = x is exp(-u tanh(ut) x^2 / 2) phi(u, t), the
    bounded solution of m_t = m_xx / 2 - u^2 x^2 m / 2 with m = 1 at t = 0: the residuals of the
    equation, divided by m, and of the initial value.
    """
    u, t, x = _symbols("u t x", positive=True)
    m = sympy.exp(-u * sympy.tanh(u * t) * x**2 / 2) * candidate(u, t)
    residual = sympy.diff(m, t) - sympy.diff(m, x, 2) / 2 + u**2 * x**2 * m / 2
    exponentials = (residual / m).rewrite(sympy.exp)
    return sympy.simplify(exponentials), sympy.simplify(candidate(u, sympy.Integer(0)) - 1)
