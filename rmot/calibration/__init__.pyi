from .fit import Fit as Fit
from .fit import Search as Search
from .maximum_likelihood import calibrate as calibrate
from .portfolio import PortfolioFit as PortfolioFit
from .portfolio import calibrate_portfolio as calibrate_portfolio
from .profile import Profile as Profile
from .profile import profile_likelihood as profile_likelihood

__all__ = [
    "Fit",
    "PortfolioFit",
    "Profile",
    "Search",
    "calibrate",
    "calibrate_portfolio",
    "profile_likelihood",
]
