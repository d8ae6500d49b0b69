r"""Models drawn from the errors of a fit: normal in its coordinates about the optimum.

.. math:: x \sim N(\hat x, I^{-1}).

I is the Fisher information, which asks for quotes with noise and a model without misfit.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rmot.calibration.fit import Fit
from rmot.errors import CalibrationError


def draw_model(fit: Fit, generator: np.random.Generator) -> Any:
    """Return a model of the fitted class, its free parameters drawn from their Cramer-Rao errors.

    A draw that leaves a parameter's search interval is moved to its end.

    Parameters
    ----------
    fit : Fit
    generator : numpy.random.Generator

    Returns
    -------
    SmileModel
        Of the class that was fitted.

    Raises
    ------
    CalibrationError
        The quotes leave a combination of the parameters undetermined: its error is infinite.

    Examples
    --------
    The radius that covers most priors within the errors of a fit::

        draw = lambda generator: draw_model(fit, generator).prior(maturity)
        prior_spread_radius(fit.model.prior(maturity), draw, divergence=ChiSquared(),
                            level=0.9, n_draws=200, seed=1)
    """
    eigenvalues, vectors = fit.eigenvalues, fit.eigenvectors
    if eigenvalues[0] <= eigenvalues[-1] * len(eigenvalues) * np.finfo(float).eps:
        raise CalibrationError(
            "expected a fit whose quotes determine every free parameter; the information of "
            f"{', '.join(fit.free)} is singular: fix some"
        )
    parametrisation = fit.parametrisation
    best = parametrisation.point(parametrisation.values_of(fit.model))
    normal = generator.standard_normal(eigenvalues.size)
    return parametrisation.model(best + vectors @ (normal / np.sqrt(eigenvalues)))
