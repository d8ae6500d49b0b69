"""The rows of all jobs as one table by day and asset: every listed asset-day once, and no other."""

from __future__ import annotations

import pandas as pd

from rmot.artifact.files import read_csv
from rmot.errors import DataError
from rmot.studies.asset_days.batch import days_of
from rmot.studies.asset_days.chains import AssetDay
from rmot.studies.study import Config, main


def run(config: Config) -> pd.DataFrame:
    """Gather the tables of the inputs other than ``days``, which is the list.

    Raises
    ------
    DataError
        An asset-day has no row, or two, or was never listed.
    """
    days = days_of(config.inputs["days"])
    parts = [read_csv(path) for name, path in config.inputs.items() if name != "days"]
    table = pd.concat(parts, ignore_index=True).sort_values(["day", "asset"], ignore_index=True)
    found = [AssetDay(*each) for each in table[list(AssetDay._fields)].itertuples(index=False)]
    if found != sorted(days, key=lambda each: (each.day, each.asset)):
        missing, unlisted = sorted(set(days) - set(found)), sorted(set(found) - set(days))
        raise DataError(
            f"expected each of {len(days)} asset-days once; got {len(found)} rows,"
            f" without {missing[:3]}, unlisted {unlisted[:3]}"
        )
    return table.drop(columns="profile")


if __name__ == "__main__":
    main(run)
