from .config import parse_problem as parse_problem
from .config import read_problem as read_problem
from .identification import Identification as Identification
from .identification import identification as identification
from .parameters import ParameterLayout as ParameterLayout
from .problem import Box as Box
from .problem import ObservableProblem as ObservableProblem
from .search import ObservableFit as ObservableFit
from .search import calibrate_observables as calibrate_observables
from .smiles import SmileFit as SmileFit
from .smiles import fit_spread_smile as fit_spread_smile
from .smiles import fit_vanilla_smile as fit_vanilla_smile
from .weights import default_weights as default_weights
from .weights import printed_weights as printed_weights

__all__ = [
    "Box",
    "Identification",
    "ObservableFit",
    "ObservableProblem",
    "ParameterLayout",
    "SmileFit",
    "calibrate_observables",
    "default_weights",
    "fit_spread_smile",
    "fit_vanilla_smile",
    "identification",
    "parse_problem",
    "printed_weights",
    "read_problem",
]
