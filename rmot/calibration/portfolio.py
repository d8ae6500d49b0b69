"""One model fitted to many names, each on its own: a name that fails does not lose the others."""

from __future__ import annotations

import multiprocessing
import os
import warnings
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rmot.artifact.systems import ONE_THREAD
from rmot.calibration.fit import Fit
from rmot.calibration.maximum_likelihood import calibrate_surface
from rmot.errors import IdentificationWarning, ParameterError, RmotError

if TYPE_CHECKING:
    from rmot.market import OptionSurface


@dataclass(frozen=True)
class PortfolioFit:
    """What became of each name.

    Attributes
    ----------
    fits : dict of str to Fit
    failures : dict of str to str
        Names without a fit, and why.
    """

    fits: dict[str, Fit]
    failures: dict[str, str]


def calibrate_portfolio(
    model_class: type[Any],
    surfaces: Mapping[str, OptionSurface | Callable[[], OptionSurface]],
    *,
    processes: int | None = None,
    progress: Callable[[str, int, int], None] | None = None,
    **options: Any,
) -> PortfolioFit:
    """Fit a model to each of many surfaces; see `calibrate`.

    Parameters
    ----------
    model_class : type
    surfaces : mapping of str to OptionSurface, or to a function of no arguments that makes one
        With functions (which must be picklable, such as a `functools.partial`) reading too is done
        in parallel, and a file that cannot be read costs only its own name.
    processes : int, optional
        By default as many as there are processors; 1 uses no other process.
    progress : callable, optional
        Called as ``progress(name, done, total)`` when a name is done.
    **options
        Handed to `calibrate`, the same for all names.

    Returns
    -------
    PortfolioFit
        In the order of `surfaces`, whatever ends first. Identification warnings stand in
        `Fit.warnings` and are not raised.

    Raises
    ------
    ParameterError
        No surfaces, or fewer than one process.
    """
    if not surfaces:
        raise ParameterError("expected at least one surface; got none")
    count = min(processes or os.cpu_count() or 1, len(surfaces))
    if count < 1:
        raise ParameterError(f"expected at least one process; got {processes}")
    outcomes: dict[str, Fit | str] = {}

    def note(name: str, outcome: Fit | str) -> None:
        outcomes[name] = outcome
        if progress is not None:
            progress(name, len(outcomes), len(surfaces))

    if count == 1:
        for name, surface in surfaces.items():
            note(name, _fit(model_class, surface, options))
    else:
        # a forked child would inherit locks that threads of the parent may hold
        context = multiprocessing.get_context("spawn")
        with _one_thread_each(), ProcessPoolExecutor(count, mp_context=context) as pool:
            tasks = {
                pool.submit(_fit, model_class, surface, options): name
                for name, surface in surfaces.items()
            }
            for task in as_completed(tasks):
                try:
                    note(tasks[task], task.result())
                except BrokenProcessPool:
                    note(tasks[task], "the process that fitted it ended abruptly")
    ordered = {name: outcomes[name] for name in surfaces}
    return PortfolioFit(
        {name: found for name, found in ordered.items() if isinstance(found, Fit)},
        {name: found for name, found in ordered.items() if isinstance(found, str)},
    )


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Let processes that start meanwhile do linear algebra on one thread: cores are taken."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(ONE_THREAD)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _fit(
    model_class: type[Any],
    surface: OptionSurface | Callable[[], OptionSurface],
    options: dict[str, Any],
) -> Fit | str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", IdentificationWarning)
            return calibrate_surface(
                model_class, surface() if callable(surface) else surface, **options
            )
    except RmotError as error:
        return str(error)
