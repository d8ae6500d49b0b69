"""The soak run: ``python -m tests.fuzz --cases 100000 --reader cboe --seed 0``.

Prints one line a reader, and below it each kind of fault with the number of one case, which
``--first N --cases 1`` repeats. Exit status 1 where there are faults.
"""

import argparse
import sys
import tempfile
import time
import warnings
from pathlib import Path

from tests.fuzz.harness import peak_memory, run
from tests.fuzz.registered import readers

_BLOCK = 1000
IN_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""Files of cases stay off the disk where there is such a folder."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=1000, help="of each reader")
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--reader", action="append", help="all unless named; may be given again")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="at most, a reader")
    options = parser.parse_args()
    known = readers()
    chosen = options.reader or list(known)
    unknown = [name for name in chosen if name not in known]
    if unknown:
        parser.error(f"expected readers among {', '.join(known)}; got {unknown[0]}")
    warnings.simplefilter("error")
    faulty = False
    for name in chosen:
        with tempfile.TemporaryDirectory(dir=IN_MEMORY) as folder:
            good, at = Path(folder) / "good", Path(folder) / "damaged"
            good.mkdir()
            known[name].write(good)
            begun, read, refused, done = time.process_time(), 0, 0, 0
            faults, examples = {}, {}
            for start in range(options.first, options.first + options.cases, _BLOCK):
                stop = min(start + _BLOCK, options.first + options.cases)
                found = run(known[name], good, at, range(start, stop), options.seed)
                read, refused = read + found.read, refused + sum(found.refused.values())
                done += found.cases
                for what, count in found.faults.items():
                    faults[what] = faults.get(what, 0) + count
                    examples.setdefault(what, found.examples[what])
                if time.process_time() - begun > options.seconds:
                    break
        seconds = time.process_time() - begun
        print(
            f"{name}: {done} cases, {read} read, {refused} refused, {sum(faults.values())} at "
            f"fault; {seconds:.0f} s, peak {peak_memory() / 2**20:.0f} MiB",
            flush=True,
        )
        for what, count in sorted(faults.items(), key=lambda each: -each[1]):
            print(f"    {count} x {what}; case {examples[what]}", flush=True)
        faulty |= bool(faults)
    sys.exit(1 if faulty else 0)


if __name__ == "__main__":
    main()
