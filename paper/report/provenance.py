"""Which data files the results rest on: name, repository, commit and hash, from the registry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from paper.report.programs import Rule
from rmot.market.registry import datasets


@dataclass(frozen=True)
class Used:
    """One data file.

    Attributes
    ----------
    id, kind, sha256 : str
        As `rmot.market.registry.DataSource`.
    path : str
        Within the folder of data; empty of a file that is not registered.
    what, repository, source_path, commit : str
        As the registry has them; empty of other files.
    """

    id: str
    kind: str
    sha256: str
    path: str = ""
    what: str = ""
    repository: str = ""
    source_path: str = ""
    commit: str = ""

    @property
    def anchor(self) -> str:
        """Where the page tells of it."""
        return f"data-{self.sha256[:12]}"


def data_rows(
    sources: Mapping[str, Mapping[str, str]], jobs: Sequence[Rule], hashes: Set[str]
) -> list[Used]:
    """List the data of a run, by name.

    Parameters
    ----------
    sources : dict of str to dict
        ``id``, ``kind`` and ``sha256`` by name, as provenance has them.
    jobs : sequence of Rule
        Inputs among them are told by their path.
    hashes : set of str
        Hashes that tables name; those not in the registry are of tables in between.
    """
    inputs = {path for job in jobs for path in job.inputs}
    told = {source["sha256"] for source in sources.values()}
    found = {
        each.sha256: Used(
            each.id,
            "real",
            each.sha256,
            each.path,
            f"{each.description}, {each.range}",
            each.repository,
            each.source_path,
            each.commit,
        )
        for each in datasets().values()
        if each.sha256 in hashes | told or each.path in inputs
    }
    for source in sources.values():
        other = Used(source["id"], source["kind"], source["sha256"])
        found.setdefault(source["sha256"], other)
    return sorted(found.values(), key=lambda row: row.id)
