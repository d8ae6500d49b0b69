"""The charges that the sources print, and Basel's add-on, beside those that are computed.

Charges of the sources are transcribed from 002's Table 7, 001's section 4.2 and 000's example of a
book of ten billion. They state no weights, strikes, maturities, prices or side.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rmot.artifact.files import read_csv
from rmot.market.registry import sha256
from rmot.regulation import residual_risk_add_on
from rmot.studies.capital.ranges import BILLION, unit_of

FILES = {"002 Table 7": "002_table_7", "001 section 4.2": "001_charges", "000": "000_charges"}
CLASSICAL = "classical"
ASSUMPTIONS = "printed without weights, strikes, maturities, prices or side"

ADD_ONS = {"add-on, exotic underlying": "exotic", "add-on, other residual risk": "other"}


def printed_charges(inputs: dict[str, Path]) -> pd.DataFrame:
    """Return a row for each printed charge, in millions a billion of notional.

    Parameters
    ----------
    inputs : dict of str to Path
        The transcribed tables by name, among others.
    """
    rows = []
    for source, name in FILES.items():
        path = inputs[name]
        table = read_csv(path)
        scaled = BILLION * table["charge"] / table["notional"]
        baseline = float(scaled.loc[table["method"] == CLASSICAL].iloc[0])
        for method, charge in zip(table["method"], scaled, strict=True):
            rows.append(
                {
                    "book": source,
                    "exotic": "book",
                    "method": method,
                    "side": "either",
                    "basis": "notional",
                    "charge": float(charge),
                    "sharp_charge": baseline,
                    "relief": 1.0 - float(charge) / baseline,
                    "assumptions": ASSUMPTIONS,
                    "data": "printed",
                    "data_sha256": sha256(path),
                }
            )
    return pd.DataFrame(rows)


def add_ons(charged: pd.DataFrame) -> pd.DataFrame:
    """Return Basel's residual risk add-on of every book that is charged, on both bases.

    Parameters
    ----------
    charged : DataFrame
        Rows of one method, side "either".
    """
    rows = []
    for row in charged.to_dict("records"):
        unit = unit_of(row["basis"], row["premium"])
        for method, kind in ADD_ONS.items():
            rows.append(
                row
                | {
                    "method": method,
                    "charge": unit * residual_risk_add_on(**{kind: 1.0}).total,
                    "error": 0.0,
                    "lower": float("nan"),
                    "upper": float("nan"),
                    "radius": float("nan"),
                    "relief": float("nan"),
                    "relief_error": float("nan"),
                    "assumptions": "MAR23.8: a share of gross notional, whatever the side",
                }
            )
    return pd.DataFrame(rows)
