from .calibrate import calibrate as calibrate
from .draws import draw_model as draw_model
from .factors.fit import FactorFit as FactorFit
from .fit import Fit as Fit
from .fit import Search as Search
from .portfolio import PortfolioFit as PortfolioFit
from .portfolio import calibrate_portfolio as calibrate_portfolio
from .profile import Profile as Profile
from .profiling import profile_likelihood as profile_likelihood
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
    "FactorFit",
    "Fit",
    "PortfolioFit",
    "Profile",
    "Roughness",
    "Search",
    "SkewLaw",
    "SkewTerms",
    "Variogram",
    "at_the_money",
    "calibrate",
    "calibrate_portfolio",
    "draw_model",
    "estimate_roughness",
    "fit_skew_law",
    "log_volatility",
    "profile_likelihood",
    "skew_term_structure",
    "variogram",
]
