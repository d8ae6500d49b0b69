"""Which check decides which claim."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from proofs_check.certificate import Certificate
from proofs_check.ledger import Claim
from rmot.errors import DataError, ParameterError


@dataclass(frozen=True)
class Context:
    """How a check is run.

    Attributes
    ----------
    profile : {"full", "quick", "deep"}
    seed : int
        Of all random numbers.
    """

    profile: str = "full"
    seed: int = 20240621


Check: TypeAlias = Callable[[Claim, Context], Certificate]
_CHECKS: dict[str, Check] = {}


def check(*claims: str) -> Callable[[Check], Check]:
    """Register a function as the check of these claims.

    Raises
    ------
    ParameterError
        One of them has a check already.
    """

    def register(function: Check) -> Check:
        for claim in claims:
            known = _CHECKS.get(claim)
            if known is not None and known.__qualname__ != function.__qualname__:
                raise ParameterError(f"expected one check for {claim}; got a second")
            _CHECKS[claim] = function
        return function

    return register


def check_of(claim: Claim) -> Check:
    """Find a claim's check in the module of its topic.

    Raises
    ------
    DataError
        None is registered.
    """
    importlib.import_module(f"proofs_check.checks.{claim.topic}")
    if claim.id not in _CHECKS:
        raise DataError(f"expected a check of {claim.id} in checks/{claim.topic}.py; none is there")
    return _CHECKS[claim.id]
