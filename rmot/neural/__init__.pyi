from .config import as_mapping as as_mapping
from .config import from_mapping as from_mapping
from .config import read_config as read_config
from .descent import Descent as Descent
from .descent import Look as Look
from .descent import Trained as Trained
from .descent import descend as descend
from .history import history_writer as history_writer
from .history import read_history as read_history
from .neural_volterra import NeuralVolterra as NeuralVolterra
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
    "Descent",
    "Look",
    "NeuralVolterra",
    "Provenance",
    "QuoteChoice",
    "Targets",
    "Trained",
    "Training",
    "TrainingConfig",
    "as_mapping",
    "descend",
    "from_mapping",
    "history_writer",
    "load_weights",
    "read_config",
    "read_history",
    "save_weights",
    "targets_from_surfaces",
    "train",
]
