"""The law nearest to a prior, kept to be used again: no payoff and no radius changes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rmot.errors import ParameterError
from rmot.numerics.discrete import Prior
from rmot.transport.balls.nearest import Nearest
from rmot.transport.divergences import Divergence
from rmot.transport.quotes import Quotes


@dataclass(frozen=True, eq=False)
class Calibrated:
    """A nearest law, and what it was found for.

    Attributes
    ----------
    prior : Prior
    quotes : tuple of Quotes or None
        Of each price that has its own.
    forwards : tuple of float
    divergence : Divergence
    nearest : Nearest
    """

    prior: Prior
    quotes: tuple[Quotes | None, ...]
    forwards: tuple[float, ...]
    divergence: Divergence
    nearest: Nearest

    def of_same(
        self,
        prior: Prior,
        quotes: Sequence[Quotes | None],
        forwards: Sequence[float],
        divergence: Divergence,
    ) -> Nearest:
        """Return the law for the very same prior and quotes, equal forwards and divergence.

        Raises
        ------
        ParameterError
            It was found for others.
        """
        named = {
            "prior": prior is self.prior,
            "quotes": len(quotes) == len(self.quotes)
            and all(one is other for one, other in zip(quotes, self.quotes, strict=True)),
            "forwards": np.array_equal(forwards, self.forwards),
            "divergence": divergence == self.divergence,
        }
        if differs := [name for name, same in named.items() if not same]:
            raise ParameterError(
                "expected a calibrated law found for the same prior, quotes, forwards and "
                f"divergence; got one of other {', '.join(differs)}"
            )
        return self.nearest
