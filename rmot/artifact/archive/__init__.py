"""One bundle of sources, results and checksums: `making` writes it, `verify.py` re-checks it."""
