r"""How far a law may lie from the prior.

.. math:: \chi^2(Q|P) = E_P[(dQ/dP - 1)^2], \qquad
          D_q(Q|P) = E_P\Big[\frac{(dQ/dP)^q - 1}{q (q - 1)}\Big], \qquad
          KL(Q|P) = E_Q[\log dQ/dP].

:math:`\chi^2` tames calls: far-strike bounds decay as fast as the prior's moments allow; so does
:math:`D_q` with :math:`q > 1`. A Kullback-Leibler ball does not (MATHEMATICS, Theorems A and B).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Protocol

from rmot.errors import ParameterError
from rmot.numerics.cressie_read import CHI_SQUARED, KULLBACK_LEIBLER


class Divergence(Protocol):
    """A multiple of a Cressie-Read divergence."""

    @property
    def order(self) -> float:
        """The q of phi_q, >= 1."""
        ...

    @property
    def multiple(self) -> float:
        """How many times E phi_q(dQ/dP) it is."""
        ...


@dataclass(frozen=True)
class ChiSquared:
    r"""The divergence :math:`E_P[(dQ/dP - 1)^2]`, infinite where dQ/dP < 0 or does not exist."""

    @property
    def order(self) -> float:
        """Two."""
        return CHI_SQUARED

    @property
    def multiple(self) -> float:
        """Two: phi_2 is half the square."""
        return 2.0


@dataclass(frozen=True)
class KullbackLeibler:
    r"""The relative entropy :math:`E_Q[\log dQ/dP]`."""

    @property
    def order(self) -> float:
        """One."""
        return KULLBACK_LEIBLER

    @property
    def multiple(self) -> float:
        """One."""
        return 1.0


@dataclass(frozen=True)
class CressieRead:
    r"""The divergence :math:`E_P[((dQ/dP)^q - 1) / (q (q - 1))]` of order q > 1.

    Attributes
    ----------
    order : float
        Half of `ChiSquared` at 2; `KullbackLeibler` is the limit at 1.

    Raises
    ------
    ParameterError
        The order is not above one, or not finite.
    """

    order: float

    def __post_init__(self) -> None:
        if not 1.0 < self.order < inf:
            raise ParameterError(
                f"expected a finite order > 1, KullbackLeibler() for 1; got {self.order}"
            )

    @property
    def multiple(self) -> float:
        """One."""
        return 1.0


@dataclass(frozen=True)
class Unrestricted:
    """No divergence: the classical model-free bounds, which take no radius."""
