"""The three sizes in which the same DAG runs, and where each puts its results.

`full` is the default; `quick` takes fewer quotes, paths and dates and ends in minutes; `deep`
draws large Monte-Carlo samples. What a size means for a study stands in that study.
"""

from __future__ import annotations

from pathlib import Path

from rmot.errors import ParameterError

PROFILES = ("full", "quick", "deep")


def results_folder(profile: str) -> Path:
    """Folder of a profile's outputs, relative to the project.

    Raises
    ------
    ParameterError
        No such profile.
    """
    if profile not in PROFILES:
        raise ParameterError(f"expected a profile among {', '.join(PROFILES)}; got {profile!r}")
    return Path("results") if profile == "full" else Path("results") / profile
