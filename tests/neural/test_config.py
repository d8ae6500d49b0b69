from dataclasses import dataclass
from typing import Literal

import pytest

from rmot.errors import MissingData, ParameterError
from rmot.neural.config import as_mapping, from_mapping, read_config


@dataclass(frozen=True)
class Inner:
    rate: float
    widths: tuple[int, ...] = (8,)

    def __post_init__(self):
        if not self.rate > 0:
            raise ParameterError(f"expected rate above 0; got {self.rate}")


@dataclass(frozen=True)
class Outer:
    inner: Inner
    kind: Literal["a", "b"] = "a"
    limit: float | None = None
    on: bool = False


GIVEN = {"inner": {"rate": 1, "widths": [4, 4]}, "kind": "b", "on": True}


def test_a_config_is_what_it_was_made_of():
    config = from_mapping(GIVEN, Outer)
    assert config == Outer(Inner(1.0, (4, 4)), "b", None, True)
    assert isinstance(config.inner.rate, float)
    assert from_mapping(as_mapping(config), Outer) == config


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"odd": 1}, "among inner, kind, limit, on; got odd"),
        ({"inner": {"rate": 1.0, "odd": 2}}, "keys of inner among rate, widths; got odd"),
        ({"inner": {}}, "expected rate in inner"),
        ({"inner": 3}, "expected inner to be a table; got 3"),
        ({"inner": {"rate": "fast"}}, "expected inner.rate to be a number; got 'fast'"),
        ({"inner": {"rate": True}}, "expected inner.rate to be a number; got True"),
        ({"inner": {"rate": 1.0, "widths": [4.5]}}, r"inner.widths\[0\] to be a whole number"),
        ({"inner": {"rate": 1.0, "widths": 4}}, "to be a list of a whole number; got 4"),
        ({"inner": {"rate": -1.0}}, "inner: expected rate above 0"),
        ({"kind": "c"}, "expected kind to be one of"),
        ({"on": 1}, "expected on to be true or false"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_key(change, message):
    with pytest.raises(ParameterError, match=message):
        from_mapping(GIVEN | change, Outer)


def test_files_that_are_absent_or_no_toml_are_named(tmp_path):
    with pytest.raises(MissingData, match=r"none\.toml"):
        read_config(tmp_path / "none.toml", Outer)
    (tmp_path / "odd.toml").write_text("= 3")
    with pytest.raises(ParameterError, match=r"expected TOML in .*odd\.toml"):
        read_config(tmp_path / "odd.toml", Outer)
    (tmp_path / "good.toml").write_text('kind = "b"\n[inner]\nrate = 2\n')
    assert read_config(tmp_path / "good.toml", Outer) == Outer(Inner(2.0), "b")
