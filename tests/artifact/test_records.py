import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import psutil
import pytest

from rmot.artifact.records import Records, complete
from rmot.artifact.workers import workers
from rmot.errors import DataError, ParameterError

LONG = """
import sys, time
from functools import partial
from pathlib import Path
from rmot.artifact.records import Records, complete
from rmot.artifact.workers import workers
if __name__ == "__main__":
    with workers(2) as executor:
        complete(
            Records(Path(sys.argv[1]), "k"),
            {"first": partial(divmod, 7, 2), "last": partial(time.sleep, 600)},
            executor,
        )
"""


def test_what_is_there_is_not_made_again(tmp_path):
    records = Records(tmp_path, "abc")
    made = []

    def make(number):
        made.append(number)
        return {"number": number}

    first = complete(records, {f"p{n}": partial(make, n) for n in (2, 1)})
    again = complete(records, {f"p{n}": partial(make, n) for n in (1, 2, 3)})
    assert list(first) == ["p2", "p1"]
    assert again == {f"p{n}": {"number": n} for n in (1, 2, 3)}
    assert made == [2, 1, 3]


def test_pieces_before_a_failure_stay(tmp_path):
    records = Records(tmp_path, "abc")
    with pytest.raises(ZeroDivisionError):
        complete(records, {"good": lambda: 1, "bad": lambda: 1 // 0, "never": lambda: 2})
    assert records.has("good")
    assert not records.has("bad")
    assert not records.has("never")


def test_another_state_of_code_or_data_is_not_read_and_goes(tmp_path):
    old, new = Records(tmp_path, "old"), Records(tmp_path, "new")
    old.write("piece", 1)
    assert not new.has("piece")
    assert complete(new, {"piece": lambda: 2}) == {"piece": 2}
    new.remove_others()
    assert not old.has("piece")
    assert new.has("piece")


def test_progress_counts_what_was_there(tmp_path):
    records = Records(tmp_path, "abc")
    records.write("a", 0)
    seen = []
    complete(records, {"a": int, "b": int}, progress=lambda *said: seen.append(said))
    assert seen == [("b", 2, 2)]


@pytest.mark.parametrize("key", ["", "../up", "a b"])
def test_keys_are_names_of_folders(tmp_path, key):
    with pytest.raises(ParameterError, match="as key"):
        Records(tmp_path, key)


def test_a_damaged_piece_is_named(tmp_path):
    records = Records(tmp_path, "abc")
    records.write("piece", 1)
    records.path("piece").write_text("{")
    with pytest.raises(DataError, match=r"piece\.json"):
        complete(records, {"piece": int})


def test_no_process_is_refused():
    with pytest.raises(ParameterError, match="got 0"), workers(0):
        pass


def test_a_killed_run_leaves_its_pieces_and_no_processes(tmp_path):
    script = tmp_path / "long.py"
    script.write_text(LONG)
    store = tmp_path / "store"
    run = subprocess.Popen([sys.executable, script, store], env=_environment())
    records = Records(store, "k")
    _wait(lambda: records.has("first"))
    children = psutil.Process(run.pid).children(recursive=True)
    run.send_signal(signal.SIGKILL)
    run.wait()
    _, alive = psutil.wait_procs(children, timeout=30)
    assert len(children) >= 2
    assert alive == []
    assert complete(records, {"first": int, "last": int}) == {"first": [3, 1], "last": 0}


def _environment():
    import os

    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}


def _wait(done):
    until = time.monotonic() + 60
    while not done():
        assert time.monotonic() < until
        time.sleep(0.02)
