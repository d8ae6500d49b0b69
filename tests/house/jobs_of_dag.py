"""Print the jobs of the whole DAG as JSON: files, command, code hash and the modules behind it.

Run as a program, since Snakemake keeps much in its process. The argument is the profile.
"""

import json
import sys
from pathlib import Path

from snakemake.api import SnakemakeApi
from snakemake.settings.types import (
    ConfigSettings,
    DAGSettings,
    OutputSettings,
    Quietness,
    ResourceSettings,
)

from rmot.artifact import fingerprint

MODULES: dict[str, list[str]] = {}
code_hash = fingerprint.code_hash


def noted(*modules: str) -> str:
    """Remember what a hash is of."""
    found = code_hash(*modules)
    MODULES[found] = sorted({*MODULES.get(found, []), *modules})
    return found


def main() -> None:
    """Build the DAG as a forced dry run would, and print it."""
    fingerprint.code_hash = noted
    with SnakemakeApi(OutputSettings(quiet={Quietness.ALL})) as api:
        whole = api.workflow(
            resource_settings=ResourceSettings(cores=2),
            config_settings=ConfigSettings(config={"profile": sys.argv[1]}),
            snakefile=Path("Snakefile"),
        )
        whole.dag(DAGSettings(forceall=True))
        workflow = whole._workflow  # its public face runs jobs or prints prose
        workflow._prepare_dag(forceall=True, ignore_incomplete=True, lock_warn_only=True)
        workflow._build_dag()
        assert workflow.dag is not None
        jobs = [
            {
                "rule": job.rule.name,
                "input": [str(path) for path in job.input],
                "output": [str(path) for path in job.output],
                "code": str(getattr(job.params, "code", "")),
                "command": job.shellcmd or "",
            }
            for job in workflow.dag.jobs
        ]
    json.dump({"jobs": jobs, "modules": MODULES}, sys.stdout)


if __name__ == "__main__":
    main()
