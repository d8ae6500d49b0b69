"""Knows how this package compiles: the one Numba decorator, and where its code is kept on disk.

Numba's on-disk cache looks at the file that holds a kernel and not at the files of the kernels it
calls, so an edited callee would be missed. The cache folder is therefore named by a hash of all
sources in this folder, of the versions of Numba and Python, and of the processor.
"""

import hashlib
import os
import platform
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import llvmlite.binding
import numba
from numba.core import config

_FOLDER_SETTING = "CACHE_DIR"
_Function = TypeVar("_Function", bound=Callable[..., object])


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.name.encode())
        digest.update(source.read_bytes())
    for name in (
        numba.__version__,
        platform.python_version(),
        llvmlite.binding.get_host_cpu_name(),
    ):
        digest.update(name.encode())
    return digest.hexdigest()[:20]


def _base_folder() -> Path:
    given = os.environ.get("NUMBA_CACHE_DIR")
    if given:
        return Path(given)
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "rmot" / "numba"


def _beside_the_code() -> Path:
    """Return where code lies that is trusted as much as this file: for users without a home."""
    return Path(__file__).parent / "__pycache__" / "numba"


def _usable_folder() -> Path | None:
    """Return the cache folder, made if need be; None where nothing can be written."""
    for base in (_base_folder, _beside_the_code):
        try:
            folder = base() / _fingerprint()
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return folder
        except (OSError, RuntimeError):
            continue
    return None


CACHE_FOLDER: Path | None = _usable_folder()
"""Where this process reads and writes compiled code; None when it keeps none on disk."""


def kernel(function: _Function) -> _Function:
    """Compile `function` with Numba at its first call, from the disk cache where possible.

    Arithmetic is IEEE (no fastmath), division by zero gives inf or nan as in NumPy, and the
    interpreter lock is released. Floating-point results do not depend on the state of the cache.

    Parameters
    ----------
    function : callable
        A function in Numba's nopython subset.

    Returns
    -------
    callable
        The compiled function, with the same signature.
    """
    options = {"fastmath": False, "error_model": "numpy", "nogil": True}
    if CACHE_FOLDER is None:
        return numba.njit(**options)(function)  # pyright: ignore[reportReturnType]
    # Numba asks for its folder while it decorates; other packages keep theirs.
    before = getattr(config, _FOLDER_SETTING)
    setattr(config, _FOLDER_SETTING, str(CACHE_FOLDER))
    try:
        return numba.njit(cache=True, **options)(function)  # pyright: ignore[reportReturnType]
    finally:
        setattr(config, _FOLDER_SETTING, before)
