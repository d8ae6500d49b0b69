"""LaTeX to PDF: any undefined macro, reference or citation, or text in the margin, is an error."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rmot.artifact.files import atomic_write
from rmot.artifact.programs import reported

PAPER = Path(__file__).parent
# A line may stick out by less than a reader can see.
OVERFULL_POINTS = 2.0


def build(inputs: list[Path], output: Path) -> None:
    """Typeset `main.tex` with the folders of `inputs` on TeX's path.

    Raises
    ------
    RuntimeError
        With the part of TeX's log that says why.
    """
    folders = list(dict.fromkeys(str(path.resolve().parent) for path in inputs))
    search = os.pathsep.join([str(PAPER), *folders, ""])
    with tempfile.TemporaryDirectory() as scratch:
        environment = {
            **os.environ,
            "TEXINPUTS": search,
            "BIBINPUTS": search,
            # The same inputs make the same bytes.
            "SOURCE_DATE_EPOCH": "0",
            "FORCE_SOURCE_DATE": "1",
            "max_print_line": "1000",
        }
        command = [
            "latexmk",
            "-pdf",
            "-norc",
            "-Werror",
            "-halt-on-error",
            "-interaction=nonstopmode",
        ]
        # Neither the scratch folder's name nor those of the figures' folders enter the file.
        command += [r"-usepretex=\pdftrailerid{}\pdfsuppressptexinfo=-1"]
        command += ["-jobname=rmot", f"-outdir={scratch}", str(PAPER / "main.tex")]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        log = Path(scratch, "rmot.log")
        text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
        complaints = _complaints(text)
        if done.returncode or complaints:
            reasons = complaints or (done.stdout + done.stderr).splitlines()[-20:]
            raise RuntimeError("the paper does not build:\n  " + "\n  ".join(reasons))
        with Path(scratch, "rmot.pdf").open("rb") as made, atomic_write(output, "wb") as handle:
            shutil.copyfileobj(made, handle)


def _complaints(log: str) -> list[str]:
    found = []
    lines = log.splitlines()
    for number, line in enumerate(lines):
        if line.startswith("!"):
            found.append(" ".join(lines[number : number + 3]))
        elif re.search(r"Warning: .*undefined", line) or "multiply defined" in line:
            found.append(line)
        elif overfull := re.match(r"Overfull \\hbox \(([\d.]+)pt too wide\)", line):
            found += [line] if float(overfull[1]) > OVERFULL_POINTS else []
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("inputs", type=Path, nargs="+")
    options = parser.parse_args()
    try:
        with reported("paper"):
            build(options.inputs, options.output)
    except RuntimeError as error:
        sys.exit(str(error))
