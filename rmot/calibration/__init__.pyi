from .fit import Fit as Fit
from .maximum_likelihood import calibrate as calibrate
from .roughness import Roughness as Roughness
from .roughness import estimate_roughness as estimate_roughness
from .roughness import log_volatility as log_volatility
from .skew import AtTheMoney as AtTheMoney
from .skew import at_the_money as at_the_money
from .skew import skew_term_structure as skew_term_structure
from .skew_laws import SkewLaw as SkewLaw
from .skew_laws import SkewTerms as SkewTerms
from .skew_laws import fit_skew_law as fit_skew_law
from .variogram import Variogram as Variogram
from .variogram import variogram as variogram

__all__ = [
    "AtTheMoney",
    "Fit",
    "Roughness",
    "SkewLaw",
    "SkewTerms",
    "Variogram",
    "at_the_money",
    "calibrate",
    "estimate_roughness",
    "fit_skew_law",
    "log_volatility",
    "skew_term_structure",
    "variogram",
]
