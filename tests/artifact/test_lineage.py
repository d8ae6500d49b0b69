"""The data behind a table are those of its job and of all jobs before it."""

from dataclasses import dataclass, field

from rmot.artifact.lineage import as_arguments, data_behind


@dataclass(frozen=True)
class Job:
    """Files that are read and written."""

    input: tuple[str, ...]
    output: tuple[str, ...]


FIT = Job(("data/a.csv", "code.toml"), ("fits/a.json",))
DRAWN = Job((), ("data/b.csv",))
TABLE = Job(("fits/a.json", "data/b.csv"), ("tables/both.csv", "tables/both.tex"))
ALONE = Job((), ("tables/alone.csv",))


@dataclass
class Graph:
    """Two tables, one of them made of a fit and of drawn data."""

    jobs: list[Job] = field(default_factory=lambda: [TABLE, FIT, DRAWN, ALONE])
    dependencies: dict[Job, set[Job]] = field(
        default_factory=lambda: {TABLE: {FIT, DRAWN}, FIT: set(), DRAWN: set(), ALONE: set()}
    )


def test_a_table_rests_on_what_its_fits_read():
    found = data_behind(Graph(), lambda path: path.startswith("data/"))
    assert found == {"alone": [], "both": ["data/a.csv", "data/b.csv"]}


def test_arguments_name_each_file_once():
    found = as_arguments({"alone": [], "both": ["a", "b"], "one": ["b"]})
    assert found == "--rests alone= --rests both=0,1 --rests one=1 --data a b"
    assert as_arguments({"alone": []}) == "--rests alone="
