"""Knows how a TOML file becomes frozen dataclasses, and refuses what does not fit them.

A table of the file is a dataclass, a key one of its fields. Whole numbers are taken for floats, and
nothing else is converted; fields without a default must be there, and no key may be unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, asdict, fields, is_dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from rmot.artifact.files import read_toml
from rmot.errors import ParameterError

T = TypeVar("T")


def read_config(path: str | Path, kind: type[T]) -> T:
    """Read a TOML file into a dataclass.

    Parameters
    ----------
    path : path-like
    kind : type
        A dataclass with fields of type bool, int, float, str, Literal, tuple[X, ...], X | None or
        a dataclass again.

    Returns
    -------
    dataclass
        Of the type `kind`.

    Raises
    ------
    MissingData
        No such file.
    ParameterError
        No TOML; an unknown or missing key; a value of another type or outside its domain. Names
        the file and the key.
    """
    given = read_toml(path, "a config", ParameterError)
    try:
        return from_mapping(given, kind)
    except ParameterError as error:
        raise ParameterError(f"{path}: {error}") from None


def from_mapping(given: Mapping[str, Any], kind: type[T], where: str = "") -> T:
    """Make a dataclass of a mapping, such as `as_mapping` gives or JSON holds.

    Parameters
    ----------
    given : mapping
    kind : type
        The dataclass to make, as in `read_config`.
    where : str
        The table that `given` is, in errors.

    Returns
    -------
    dataclass
        Of the type `kind`.

    Raises
    ------
    ParameterError
        As `read_config`; names the key with the tables it stands in, such as ``descent.steps``.
    """
    hints = get_type_hints(kind)
    known = {field.name: field for field in fields(kind)}  # pyright: ignore[reportArgumentType]
    place = where or "the config"
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise ParameterError(
            f"expected keys of {place} among {', '.join(known)}; got {', '.join(unknown)}"
        )
    missing = [
        name
        for name, field in known.items()
        if name not in given and field.default is MISSING and field.default_factory is MISSING
    ]
    if missing:
        raise ParameterError(f"expected {', '.join(missing)} in {place}; got none")
    values = {
        name: _converted(value, hints[name], f"{where}.{name}" if where else name)
        for name, value in given.items()
    }
    try:
        return kind(**values)
    except ParameterError as error:
        raise ParameterError(f"{where}: {error}" if where else str(error)) from None


def as_mapping(config: Any) -> dict[str, Any]:
    """Return a config as what TOML and JSON hold; `from_mapping` takes it back.

    Parameters
    ----------
    config : dataclass
        As `read_config` makes it.

    Returns
    -------
    dict
        Of numbers, text, lists and dicts.
    """
    return asdict(config, dict_factory=_without_none)


def _without_none(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in pairs
        if value is not None
    }


def _converted(value: Any, hint: Any, where: str) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType) and NoneType in arguments:
        (inner,) = (each for each in arguments if each is not NoneType)
        return None if value is None else _converted(value, inner, where)
    if isinstance(value, int) and abs(value) >= 10**18:
        raise ParameterError(f"expected {where} to be a number of at most 18 digits")
    if origin is Literal:
        if value in arguments:
            return value
        raise ParameterError(f"expected {where} to be one of {arguments}; got {value!r}")
    if origin is tuple and isinstance(value, list | tuple):
        return tuple(
            _converted(each, arguments[0], f"{where}[{at}]") for at, each in enumerate(value)
        )
    if is_dataclass(hint) and isinstance(hint, type) and isinstance(value, Mapping):
        return from_mapping(value, hint, where)
    if hint is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if hint in (bool, int, str) and type(value) is hint:
        return value
    raise ParameterError(f"expected {where} to be {_name(hint)}; got {value!r}")


def _name(hint: Any) -> str:
    if get_origin(hint) is tuple:
        return f"a list of {_name(get_args(hint)[0])}"
    if is_dataclass(hint):
        return "a table"
    names = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}
    return names.get(hint, str(hint))
