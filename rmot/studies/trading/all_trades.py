"""The trades of all kinds of quotes in one table."""

from __future__ import annotations

import hashlib

import pandas as pd

from rmot.artifact.files import read_csv
from rmot.studies.study import Config, main


def run(config: Config) -> pd.DataFrame:
    """Join the tables of `rmot.studies.trading.trades`, one input a case."""
    tables = [read_csv(path, dtype={"method": str}) for path in config.inputs.values()]
    table = pd.concat(tables, ignore_index=True).drop(columns="profile")
    hashes = sorted({str(table_hash) for table_hash in table["data_sha256"]})
    kinds = " and ".join(sorted({str(kind) for kind in table["data"]}))
    digest = hashlib.sha256("".join(hashes).encode()).hexdigest()
    return table.assign(data=kinds, data_sha256=digest)


if __name__ == "__main__":
    main(run)
