from .config import as_mapping as as_mapping
from .config import from_mapping as from_mapping
from .config import read_config as read_config
from .coordinates import Coordinates as Coordinates
from .descent import Descent as Descent
from .descent import Look as Look
from .descent import Trained as Trained
from .descent import descend as descend
from .greeks import Greeks as Greeks
from .greeks import call_greeks as call_greeks
from .history import history_writer as history_writer
from .history import read_history as read_history
from .model_files import load_model as load_model
from .model_files import save_model as save_model
from .neural_volterra import NeuralVolterra as NeuralVolterra
from .shape import Shape as Shape
from .targets import QuoteChoice as QuoteChoice
from .targets import Targets as Targets
from .targets import targets_from_surfaces as targets_from_surfaces
from .training import Training as Training
from .training import TrainingConfig as TrainingConfig
from .training import train as train
from .weights import Provenance as Provenance
from .weights import load_weights as load_weights
from .weights import save_weights as save_weights

__all__ = [
    "Coordinates",
    "Descent",
    "Greeks",
    "Look",
    "NeuralVolterra",
    "Provenance",
    "QuoteChoice",
    "Shape",
    "Targets",
    "Trained",
    "Training",
    "TrainingConfig",
    "as_mapping",
    "call_greeks",
    "descend",
    "from_mapping",
    "history_writer",
    "load_model",
    "load_weights",
    "read_config",
    "read_history",
    "save_model",
    "save_weights",
    "targets_from_surfaces",
    "train",
]
