"""What a process does before its first smile: what it imports, and what it need not compile."""

import json
import subprocess
import sys

import pytest

from rmot.numerics.compiled import CACHE_FOLDER

_IMPORTED = """
import sys
from rmot.models import RoughHeston
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""
_COMPILED = """
import json, sys
from numba.core.dispatcher import Dispatcher
from rmot.models import RoughHeston
model = RoughHeston(hurst=0.12, vol_of_vol=0.28, correlation=-0.65, initial_variance=0.04,
                    mean_reversion=0.3, long_run_variance=0.04)
model.implied_volatility([-0.1, 0.0, 0.1], 0.25)
model.sensitivities([-0.1, 0.0, 0.1], 0.25)
kernels = {kernel for name, module in list(sys.modules.items()) if name.startswith("rmot")
           for kernel in vars(module).values() if isinstance(kernel, Dispatcher)}
print(json.dumps([sum(sum(getattr(kernel.stats, kind).values()) for kernel in kernels)
                  for kind in ("cache_hits", "cache_misses")]))
"""


def _said(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return done.stdout


def test_a_model_imports_neither_pandas_nor_plots_nor_the_parts_of_scipy():
    imported = set(_said(_IMPORTED).split())
    assert not imported & {"pandas", "matplotlib", "jax", "QuantLib", "cvxpy"}
    # numba looks at the version of scipy alone
    program = _IMPORTED.replace('name.partition(".")[0]', "name")
    assert not {"scipy.optimize", "scipy.special", "scipy.stats"} & set(_said(program).split())


@pytest.mark.skipif(CACHE_FOLDER is None, reason="compiled code is kept nowhere here")
def test_a_second_process_compiles_nothing_for_a_smile_and_its_derivatives():
    _said(_COMPILED)
    hits, misses = json.loads(_said(_COMPILED))
    assert hits > 0
    assert misses == 0
