"""The hash follows the code that a module reaches: all of it, and nothing else."""

import shutil
import textwrap

import pytest

from rmot.artifact import fingerprint


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A small project with a lazy room of two files, and a study that uses one of them."""
    monkeypatch.setattr(fingerprint, "PROJECT", tmp_path)
    files = {
        "rmot/__init__.py": "",
        "rmot/room/__init__.py": "import lazy_loader\n",
        "rmot/room/__init__.pyi": "from .one import f as f\nfrom .two import g as g\n",
        "rmot/room/one.py": (
            '"""Docstring."""\nfrom rmot.room.deep import C\n\ndef f():\n    return C\n'
        ),
        "rmot/room/deep.py": "C = 1.5  # a constant\n",
        "rmot/room/two.py": "import numpy\ndef g():\n    return 2\n",
        "rmot/study.py": "from rmot.room import f\nprint(f())\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(textwrap.dedent(text))
    return tmp_path


def hash_now(module="rmot.study"):
    fingerprint.forget()
    return fingerprint.code_hash(module)


def edit(file, old, new):
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_comments_docstrings_and_layout_change_nothing(project):
    before = hash_now()
    edit(project / "rmot/room/deep.py", "# a constant", "# another word")
    edit(project / "rmot/room/one.py", "Docstring.", "Rewritten.")
    edit(project / "rmot/room/one.py", "return C", "\n    return (C)")
    assert hash_now() == before


def test_a_constant_two_imports_away_changes_the_hash(project):
    before = hash_now()
    edit(project / "rmot/room/deep.py", "1.5", "1.5000001")
    assert hash_now() != before


def test_the_other_file_of_a_room_does_not_matter(project):
    before = hash_now()
    edit(project / "rmot/room/two.py", "return 2", "return 3")
    assert hash_now() == before


def test_moving_a_name_to_another_file_matters(project):
    before = hash_now()
    edit(project / "rmot/room/__init__.pyi", "from .one import f", "from .two import f")
    assert hash_now() != before


def test_version_of_an_imported_package_matters(project, monkeypatch):
    edit(project / "rmot/study.py", "import f\n", "import g as f\n")
    before = hash_now()
    monkeypatch.setattr(fingerprint, "_version", lambda package: "0.0")
    assert hash_now() != before


def test_import_of_a_missing_module_is_an_error(project):
    edit(project / "rmot/study.py", "from rmot.room import f", "from rmot.nowhere import f")
    with pytest.raises(ModuleNotFoundError, match="nowhere"):
        hash_now()


def test_unknown_module_is_an_error(project):
    with pytest.raises(ModuleNotFoundError, match="numpy"):
        fingerprint.code_hash("numpy")


def test_the_fit_rests_on_the_riccati_kernel_and_no_figure_does():
    def names(module):
        found = fingerprint.reachable_files(module)
        return {file.relative_to(fingerprint.PROJECT).as_posix() for file in found}

    kernel = "rmot/numerics/fractional_riccati.py"
    assert kernel in names("rmot.studies.index_fit")
    assert kernel not in names("figures.calibrated_smiles")


def test_an_edited_kernel_coefficient_reaches_the_fit(tmp_path, monkeypatch):
    shutil.copytree(fingerprint.PROJECT / "rmot", tmp_path / "rmot")
    before = hash_now("rmot.studies.index_fit")
    monkeypatch.setattr(fingerprint, "PROJECT", tmp_path)
    assert hash_now("rmot.studies.index_fit") == before
    kernel = tmp_path / "rmot/numerics/fractional_riccati.py"
    kernel.write_text(kernel.read_text() + "\n# a remark\n")
    assert hash_now("rmot.studies.index_fit") == before
    edit(kernel, "_SAFETY = 3.0", "_SAFETY = 3.1")
    assert hash_now("rmot.studies.index_fit") != before
