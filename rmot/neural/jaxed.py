"""Knows how JAX is switched on: in double precision, in one order of summation, or not at all.

Every module of this room takes `jax`, `jnp` and `eqx` from here, so that no array is made before.
XLA splits sums among threads, and fuses products as the processor allows; both would change last
digits from machine to machine. One thread and one set of instructions keep them where the
processor knows that set, unless the environment's ``XLA_FLAGS`` says otherwise.
"""

import os
import platform

from rmot.errors import MissingData

# What only x86 processors have: elsewhere XLA takes all that the processor knows.
_OF_X86 = {"--xla_cpu_max_isa": "AVX2"}
_FLAGS = {
    "--xla_cpu_multi_thread_eigen": "false",
    # at its highest level the compiler takes a tenth to a third longer for programs no faster
    "--xla_backend_optimization_level": "1",
}


def _settle_flags() -> None:
    given = os.environ.get("XLA_FLAGS", "")
    wanted = _FLAGS | (_OF_X86 if platform.machine() in ("x86_64", "AMD64") else {})
    missing = [f"{flag}={value}" for flag, value in wanted.items() if flag not in given]
    os.environ["XLA_FLAGS"] = " ".join([*given.split(), *missing])


_settle_flags()
try:
    import equinox as eqx
    import jax
    import jax.numpy as jnp
except ModuleNotFoundError as error:
    raise MissingData(
        f"expected {error.name} for neural models; install the extra: pip install 'rmot[neural]'"
    ) from None

jax.config.update("jax_enable_x64", True)

__all__ = ["eqx", "jax", "jnp"]
