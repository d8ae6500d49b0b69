"""Is a Snakemake at work in this folder? Exit status 0 when one is, 1 when none is."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import psutil


def snakemake_runs_in(folder: str) -> bool:
    """Tell whether a live Snakemake process has `folder` as its working directory."""
    for process in psutil.process_iter():
        try:
            if process.status() == psutil.STATUS_ZOMBIE or process.pid == os.getpid():
                continue
            command = " ".join(process.cmdline()[:3])
            if "snakemake" in command and os.path.samefile(process.cwd(), folder):
                return True
        except (psutil.Error, OSError):
            continue  # gone meanwhile, or another user's
    return False


if __name__ == "__main__":
    sys.exit(0 if snakemake_runs_in(str(Path.cwd())) else 1)
