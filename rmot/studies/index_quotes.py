"""The quotes that the index studies share: two expiries of the close of 2022-02-04."""

from __future__ import annotations

from datetime import date

from rmot.market import OptionSurface, read_chain
from rmot.studies.study import Config

EXPIRIES = (date(2022, 3, 4), date(2022, 3, 18))

QUOTES_PER_SLICE = {"quick": 40, "full": None, "deep": None}


def quoted_surface(config: Config, name: str) -> OptionSurface:
    """Read the quotes of the chain `name` that the profile fits."""
    surface = read_chain(config.inputs[name]).surface(maturities=EXPIRIES)
    count = QUOTES_PER_SLICE[config.profile]
    return surface if count is None else surface.thin(count)
