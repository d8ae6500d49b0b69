"""Several studies of the source's model in one process: JAX starts and compiles once for all.

``--case statistics,scores --output FOLDER/published.csv`` writes ``published_statistics.csv``
and so on into the folder, with LaTeX beside a table that has a printed form.
"""

from __future__ import annotations

from importlib import import_module

from rmot.artifact.files import atomic_write, write_csv
from rmot.artifact.programs import reported
from rmot.errors import ParameterError
from rmot.studies.study import parse

STUDIES = (
    "statistics",
    "scores",
    "variograms",
    "market",
    "robustness",
    "coherence",
    "pricing",
    "backtest",
    "simulation",
)


def main() -> None:
    """Run the studies that the case names, one after the other."""
    config, output = parse()
    with reported("published_tables"):
        for name in config.case.split(","):
            if name not in STUDIES:
                raise ParameterError(f"expected studies among {', '.join(STUDIES)}; got {name!r}")
            study = import_module(f"rmot.studies.neural.published_{name}")
            table = study.run(config)
            path = output.with_name(f"published_{name}.csv")
            write_csv(path, table.assign(profile=config.profile))
            if hasattr(study, "printed"):
                with atomic_write(path.with_suffix(".tex")) as handle:
                    handle.write(study.printed(table))


if __name__ == "__main__":
    main()
