"""CSV files as the commands take them: a header, and cells that are text until asked for."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from rmot.errors import DataError, MissingData


def read_rows(file: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """Read a CSV file with a header that has these columns."""
    if not file.is_file():
        raise MissingData(f"expected a CSV file; {file} does not exist")
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            lines = csv.DictReader(stream, restval="", skipinitialspace=True)
            missing = [name for name in columns if name not in (lines.fieldnames or [])]
            if missing:
                raise DataError(
                    f"{file.name}: expected a header with {', '.join(columns)}; got "
                    f"{', '.join(lines.fieldnames or []) or 'an empty file'}"
                )
            return [{k: v.strip() for k, v in line.items() if isinstance(v, str)} for line in lines]
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"expected a CSV file in UTF-8; {file.name}: {error}") from None


def read_number(text: str, where: str) -> float:
    """Read a cell as a number; DataError, which says where it stands, unless it is one."""
    try:
        return float(text)
    except ValueError:
        raise DataError(f"{where}: expected a number; got {text!r}") from None
