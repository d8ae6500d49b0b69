"""Small problems are compiled longer than they run: XLA is told to compile them plainly."""

import os

os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0")
