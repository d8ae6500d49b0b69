import numpy as np
import pandas as pd
import pytest

from rmot.artifact.files import atomic_write, read_json, write_csv, write_json
from rmot.errors import DataError, MissingData


def test_interrupted_write_leaves_the_old_file_and_no_scraps(tmp_path):
    target = tmp_path / "result.txt"
    target.write_text("whole")

    def write_and_stop():
        with atomic_write(target) as handle:
            handle.write("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_and_stop()
    assert target.read_text() == "whole"
    assert list(tmp_path.iterdir()) == [target]


def test_file_appears_only_when_whole(tmp_path):
    target = tmp_path / "new" / "result.bin"
    with atomic_write(target, "wb") as handle:
        handle.write(b"\x00\xff")
        assert not target.exists()
    assert target.read_bytes() == b"\x00\xff"


def test_finished_file_is_readable_by_others_as_the_umask_allows(tmp_path):
    plain, ours = tmp_path / "plain", tmp_path / "ours"
    plain.write_text("")
    with atomic_write(ours) as handle:
        handle.write("")
    assert ours.stat().st_mode == plain.stat().st_mode


def test_floats_survive_csv_and_json_bit_for_bit(tmp_path):
    values = np.random.default_rng(0).standard_normal(100) * 10.0 ** np.arange(-50, 50)
    write_csv(tmp_path / "t.csv", pd.DataFrame({"x": values}))
    back = pd.read_csv(tmp_path / "t.csv")["x"].to_numpy()
    assert np.array_equal(back, values)
    write_json(tmp_path / "t.json", values.tolist())
    assert read_json(tmp_path / "t.json") == values.tolist()


def test_json_refuses_what_json_cannot_hold(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "t.json", {"x": float("nan")})
    assert not (tmp_path / "t.json").exists()


def test_absent_and_damaged_json_say_so(tmp_path):
    with pytest.raises(MissingData, match="does not exist"):
        read_json(tmp_path / "none.json")
    (tmp_path / "cut.json").write_text('{"a": [1, 2')
    with pytest.raises(DataError, match="expected JSON"):
        read_json(tmp_path / "cut.json")
