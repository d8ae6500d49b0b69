"""Which claims rest on which: what falls with a claim, and what takes a claim's ground away.

An edge says that the source's own argument for one claim uses another. A claim that was found
false as written takes the ground from all that rest on it; whether they hold all the same is for
their own checks to say.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from graphlib import CycleError, TopologicalSorter

from rmot.errors import DataError

FALSE_AS_WRITTEN = ("corrected", "refuted", "inconsistent")


def arrange(rests_on: Mapping[str, Collection[str]]) -> list[str]:
    """Put claims behind those that they rest on.

    Parameters
    ----------
    rests_on : dict of str to collection of str
        For each claim, those that its argument uses.

    Raises
    ------
    DataError
        A claim rests on one that is not there, or on itself through others.
    """
    for claim, grounds in rests_on.items():
        if absent := sorted(set(grounds) - set(rests_on)):
            raise DataError(f"expected {claim} to rest on claims of the ledger; got {absent}")
    try:
        return list(TopologicalSorter(rests_on).static_order())
    except CycleError as error:
        circle = " on ".join(reversed(error.args[1]))
        raise DataError(f"expected no circle of claims; got {circle}") from None


def grounds(rests_on: Mapping[str, Collection[str]]) -> dict[str, set[str]]:
    """Find all claims that each one rests on, through others as well."""
    found: dict[str, set[str]] = {}
    for claim in arrange(rests_on):
        found[claim] = set().union(rests_on[claim], *(found[ground] for ground in rests_on[claim]))
    return found


def carried(rests_on: Mapping[str, Collection[str]]) -> dict[str, set[str]]:
    """Find all claims that fall with each one, through others as well."""
    found: dict[str, set[str]] = {claim: set() for claim in rests_on}
    for claim, below in grounds(rests_on).items():
        for ground in below:
            found[ground].add(claim)
    return found


def fallen_grounds(
    rests_on: Mapping[str, Collection[str]], verdicts: Mapping[str, str]
) -> dict[str, set[str]]:
    """Find, for each claim, those among all its grounds that were found false as written."""
    return {
        claim: {ground for ground in below if verdicts[ground] in FALSE_AS_WRITTEN}
        for claim, below in grounds(rests_on).items()
    }
