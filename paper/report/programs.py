"""What made what: the DAG's rules, as the margin marks name them, with inputs, code and seconds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rmot.errors import DataError

_WILDCARD = re.compile(r"\{(\w+)[^}]*\}")


@dataclass(frozen=True)
class Rule:
    """One rule of the DAG, or one job of a rule with wildcards.

    Attributes
    ----------
    name : str
        Of the rule; of a job the name of its file of seconds.
    programs : tuple of str
        Modules that it runs.
    code : str
        Hash of all code that these reach.
    timing : str
        Stem of its file of seconds, with wildcards; empty where it has none.
    outputs, inputs : tuple of str
        Files, within the folder of results where they lie there.
    seconds, megabytes : float or None
        Of the last run.
    """

    name: str
    programs: tuple[str, ...]
    code: str
    timing: str
    outputs: tuple[str, ...]
    inputs: tuple[str, ...]
    seconds: float | None = None
    megabytes: float | None = None


def read_rules(described: Iterable[Mapping[str, Any]]) -> list[Rule]:
    """Read what the DAG says of its rules.

    Raises
    ------
    DataError
        A rule lacks a field.
    """
    try:
        return [
            Rule(
                each["name"],
                tuple(each["programs"]),
                each["code"],
                each["timing"],
                tuple(each["outputs"]),
                tuple(each["inputs"]),
            )
            for each in described
        ]
    except (KeyError, TypeError) as error:
        raise DataError(f"expected a rule with all its fields; {error!r} is amiss") from None


def jobs(rules: list[Rule], timings: Mapping[str, Mapping[str, float | None]]) -> list[Rule]:
    """Give each job that has run, with its seconds, and each rule that leaves none.

    Parameters
    ----------
    rules : list of Rule
    timings : dict of str to dict
        ``seconds`` and ``peak_memory_mb`` by the stem of the file, as provenance has them.
    """
    found = list(_timed(rules, timings))
    seen = {job.timing for job in found}
    rest = [rule for rule in rules if rule.timing not in seen and "{" not in rule.timing]
    return sorted([*found, *rest], key=lambda job: job.name)


def _timed(rules: list[Rule], timings: Mapping[str, Mapping[str, float | None]]) -> Iterator[Rule]:
    # a name without wildcards is that rule's own, and one with fewer of them is told apart first
    ordered = sorted((rule for rule in rules if rule.timing), key=_looseness)
    for stem, timing in timings.items():
        cost = {"seconds": timing.get("seconds"), "megabytes": timing.get("peak_memory_mb")}
        for rule in ordered:
            if match := re.fullmatch(_pattern(rule.timing), stem):
                yield replace(_filled(rule, match.groupdict()), name=stem, timing=stem, **cost)
                break
        else:
            yield Rule(stem, (), "", stem, (), (), **cost)


def _looseness(rule: Rule) -> tuple[int, int]:
    return rule.timing.count("{"), -len(_WILDCARD.sub("", rule.timing))


def _pattern(timing: str) -> str:
    parts = _WILDCARD.split(timing)
    return "".join(
        f"(?P<{part}>.+)" if number % 2 else re.escape(part) for number, part in enumerate(parts)
    )


def _filled(rule: Rule, wildcards: Mapping[str, str]) -> Rule:
    def fill(text: str) -> str:
        return _WILDCARD.sub(lambda match: wildcards.get(match[1], match[0]), text)

    programs = tuple(fill(text.replace("{wildcards.", "{")) for text in rule.programs)
    outputs, inputs = (tuple(map(fill, files)) for files in (rule.outputs, rule.inputs))
    return replace(rule, programs=programs, outputs=outputs, inputs=inputs)
