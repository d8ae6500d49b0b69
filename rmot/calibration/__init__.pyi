from .fit import Fit as Fit
from .maximum_likelihood import calibrate as calibrate

__all__ = ["Fit", "calibrate"]
