"""Nothing that is read from data can run: no pickle, no eval, no shell, no unsafe loader."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("rmot", "proofs_check", "paper", "figures", "benchmarks")
FILES = sorted(file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py"))
MODULES = {"pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"}
CALLS = {"eval", "exec", "compile", "__import__"}
ATTRIBUTES = {
    "os.system",
    "os.popen",
    "pd.eval",
    "pandas.eval",
    "pd.read_pickle",
    "pandas.read_pickle",
    "subprocess.getoutput",
    "subprocess.getstatusoutput",
    "yaml.load",
    "yaml.unsafe_load",
    "yaml.full_load",
}


def acts(tree):
    """Yield line and name of whatever in a syntax tree could run what data says."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name.split(".")[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [(node.module or "").split(".")[0]]
            names += [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            names = []
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((node.lineno, name) for name in names if name in MODULES | ATTRIBUTES)
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        if called in CALLS or called in ATTRIBUTES:
            yield node.lineno, called
        for keyword in node.keywords:
            constant = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
            if keyword.arg in ("shell", "allow_pickle") and constant is not False:
                yield node.lineno, f"{keyword.arg}={ast.unparse(keyword.value)}"


@pytest.mark.parametrize(
    "line",
    [
        "import pickle",
        "from pickle import loads",
        "eval(text)",
        "exec(text)",
        "os.system(text)",
        "from os import system",
        "subprocess.run(text, shell=True)",
        "subprocess.run(text, shell=flag)",
        "yaml.load(text)",
        "np.load(path, allow_pickle=True)",
        "pd.read_pickle(path)",
    ],
)
def test_the_search_finds_it(line):
    assert list(acts(ast.parse(line)))


def test_no_file_of_the_project_can_run_what_data_says():
    assert len(FILES) > 300
    found = [
        f"{file.relative_to(ROOT)}:{line}: {name}"
        for file in FILES
        for line, name in acts(ast.parse(file.read_bytes()))
    ]
    assert found == []
