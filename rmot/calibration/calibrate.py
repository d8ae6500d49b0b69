"""`calibrate`: one model to one surface, or a factor model to the surfaces of several assets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, overload

from rmot.calibration.factors.fit import FactorFit
from rmot.calibration.factors.maximum_likelihood import calibrate_factors
from rmot.calibration.fit import Fit
from rmot.calibration.maximum_likelihood import calibrate_surface
from rmot.errors import ParameterError
from rmot.models import RoughFactorModel

if TYPE_CHECKING:
    from rmot.market import OptionSurface


@overload
def calibrate(
    model_class: type[RoughFactorModel], surface: Sequence[OptionSurface], **options: Any
) -> FactorFit: ...


@overload
def calibrate(model_class: type[Any], surface: OptionSurface, **options: Any) -> Fit: ...


def calibrate(
    model_class: type[Any], surface: OptionSurface | Sequence[OptionSurface], **options: Any
) -> Fit | FactorFit:
    """Fit a model to all expiries of a surface, or a factor model to several surfaces, at once.

    Parameters
    ----------
    model_class : type
        A class of `rmot.models`: `RoughFactorModel` takes several surfaces, the others one.
    surface : OptionSurface, or sequence of them
        Quotes; see `rmot.market`.
    **options
        ``fixed``, ``noise_floor``, ``start``, ``starts``, ``tolerance``, ``require_convergence``
        and ``progress``; for one surface also ``free``, ``forward_variance_times`` and
        ``profile``, for several ``n_factors``, ``start_tolerance`` and ``seed``.
        `calibrate_surface` and `calibrate_factors` tell what they mean and which errors they
        raise.

    Returns
    -------
    Fit or FactorFit

    Warns
    -----
    IdentificationWarning
        The quotes do not determine what was asked.

    Raises
    ------
    ParameterError
        One surface for a factor model, or several for another.

    Examples
    --------
    ``calibrate(RoughHeston, surface, fixed={"mean_reversion": 0.3})`` fits five parameters;
    ``calibrate(RoughFactorModel, [first, second], n_factors=2)`` fits loadings and factors.
    """
    several = isinstance(surface, Sequence)
    joint = isinstance(model_class, type) and issubclass(model_class, RoughFactorModel)
    if several != joint:
        got = f"{len(surface)} surfaces in a sequence" if isinstance(surface, Sequence) else "one"
        wanted = "a sequence of surfaces" if joint else "one surface"
        raise ParameterError(f"expected {wanted} for {model_class.__name__}; got {got}")
    if isinstance(surface, Sequence):
        return calibrate_factors(surface, **options)
    return calibrate_surface(model_class, surface, **options)
