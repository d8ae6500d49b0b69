# The whole artifact. Each room keeps its own rules; here stand only the profile and the targets.
#
#   snakemake                  everything    snakemake claims | tables | figures | paper | report | api
#   snakemake --dry-run        what would be made anew
import atexit
import os
import shutil
import sys
from pathlib import Path

from rmot.artifact.fingerprint import PROJECT, code_hash, keep_parsed
from rmot.artifact.lineage import as_arguments, data_behind
from rmot.artifact.orphans import end_orphans, mark_of
from rmot.artifact.profiles import results_folder
from rmot.artifact.systems import THREADS
from rmot.artifact.workers import half_the_cores
from rmot.errors import RmotError
from rmot.market import registry
from rmot.market.registry import data_root, datasets

# Rules call the Python that runs this file, in an activated environment or not.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])

try:
    if data_root() is None:
        print("no market data found: synthetic quotes stand in", file=sys.stderr)
except RmotError as error:
    sys.exit(f"rmot: {error}")

SEEDS = {
    "synthetic_chain": 1,
    "recovery_draws": 2,
    "synthetic_realised": 2,
    "index_basket_balls": 3,
    "two_dates": 12,
    "synthetic_basket": 5,
    "gaussian_copula": 11,
    "factors": 3,
    "exact_spreads": 4,
    "offered_correlations": 1,
    "recovered_correlations": 1,
    "block_newton_steps": 1,
    "equal_weight": 7,
    "path_biases": 3,
    "spread_smiles": 4,
    "forty_parameters": 0,
    "observable_smiles": 0,
    "neural": 0,
    "synthetic_bars": 1,
    "published_neural": 1,
    "backtest": 1,
    "capital_report": 1,
    "trading": 5,
    "correlation_inputs": 6,
    "width_by_maturity": 3,
    "recovery_by_strikes": 8,
    "asset_days": 4,
}
PROFILE = config.get("profile", "full")
RESULTS = results_folder(PROFILE).as_posix()
# Results do not depend on the number of cores: linear algebra runs on one thread. Snakemake would give
# a job as many as it reserves, so that what is timed would be slowed by threads that wait for each other.
# Memory that a job gave back it asks for again: to keep it saves a fifth of a training's time.
# What JAX compiles for a few steps need not be fast.
# A job says whose it is, so that those which a killed run left behind are known.
shell.prefix(
    f"set -euo pipefail; export {mark_of(Path.cwd())}; "
    f"export {' '.join(f'{each}=1' for each in THREADS)}; "
    "export MALLOC_MMAP_THRESHOLD_=4294967296 MALLOC_TRIM_THRESHOLD_=4294967296; "
    + ("export XLA_FLAGS=--xla_backend_optimization_level=0; " if PROFILE == "quick" else "")
)

SCATTERED = "rmot_studies_asset_days"
# Data that rules asked for in vain: something synthetic stands in, or a part is left out.
ABSENT = set()
DATA = tuple(f"{folder}/" for folder in (data_root(), f"{RESULTS}/data") if folder)
WITH_TEX = all(shutil.which(program) for program in ("latexmk", "pdflatex"))


def locate(dataset):
    found = registry.locate(dataset)
    if found is None:
        ABSENT.add(dataset)
    elif not (os.environ.get("RMOT_UNREGISTERED") or registry.holds(datasets()[dataset], found)):
        sys.exit(
            f"rmot: expected {found} to have the hash that data/ registers for {dataset}; it has"
            " another: `rmot data verify` tells which differ, `rmot data fetch` gets them anew, and"
            " with RMOT_UNREGISTERED=yes they are taken, and results say so"
        )
    return found


def group_of(snakefile):
    """Return the folder of a file of rules in one word; what stands here is the article's."""
    folder = Path(snakefile).resolve().parent.relative_to(PROJECT).parts or ("paper",)
    # in minutes all studies end: one job
    return "_".join(folder[:2] if PROFILE == "quick" else folder)


def is_data(path):
    return path.startswith(DATA)


# With its limit on submissions Snakemake looks at all waiting jobs once a second more for every job
# started, in the end a third of a core's time; nothing here needs that limit.
# A run that was killed alone left jobs, which would write over what this one makes.
onstart:
    workflow.scheduler.job_rate_limiter = None
    if ended := end_orphans(Path.cwd()):
        print(f"processes of a killed run, ended: {ended}", file=sys.stderr)


wildcard_constraints:
    name="[a-z0-9_]+",


include: "rmot/market/rules.smk"
include: "rmot/studies/rules.smk"
include: "benchmarks/rules.smk"
include: "proofs_check/rules.smk"
include: "figures/rules.smk"
include: "paper/rules.smk"
include: "paper/reference/rules.smk"


# At the end, as some rules name their code only when a job is known.
atexit.register(keep_parsed)


rule all:
    default_target: True
    input:
        rules.tables.input,
        rules.benchmarks.input,
        rules.figures.input,
        rules.numbers.output,
        rules.paper.input,
        rules.claims.output,
        rules.report.output,
        rules.api.output,
        CAPITAL_PAGES.values(),


rule provenance:
    input:
        rules.claims.output,
        rules.tables.input,
        rules.figures.input,
        rules.paper.input,
        numbers=rules.numbers.output.json,
        lock="requirements.lock",
    output:
        f"{RESULTS}/provenance.json",
    params:
        code=code_hash("rmot.studies.provenance"),
        rests=lambda wildcards: as_arguments(data_behind(workflow.dag, is_data)),
        absent=[f"--absent {dataset}" for dataset in sorted(ABSENT)],
        seeds=[f"--seed {rule}={seed}" for rule, seed in SEEDS.items()],
    shell:
        "python -m rmot.studies.provenance --profile {PROFILE} --lock {input.lock}"
        " --timings {RESULTS}/timings --numbers {input.numbers} --output {output} {params.seeds}"
        " {params.absent} {params.rests}"


# These tell of the whole DAG, of which a job of a cluster knows its own part alone.
LOCAL = ("provenance", "report")
workflow.localrules(*LOCAL)


# On a cluster a job costs seconds before it begins: there the rules of a folder go together. What is scattered
# on purpose stays apart. A run on one machine knows no groups.
for each in workflow.rules:
    if not each.norun and each.name not in LOCAL and group_of(each.snakefile) != SCATTERED:
        each.group = group_of(each.snakefile)
