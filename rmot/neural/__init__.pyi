from .config import as_mapping as as_mapping
from .config import from_mapping as from_mapping
from .config import read_config as read_config
from .descent import Descent as Descent
from .descent import Look as Look
from .descent import Trained as Trained
from .descent import descend as descend
from .history import history_writer as history_writer
from .history import read_history as read_history
from .weights import Provenance as Provenance
from .weights import load_weights as load_weights
from .weights import save_weights as save_weights

__all__ = [
    "Descent",
    "Look",
    "Provenance",
    "Trained",
    "as_mapping",
    "descend",
    "from_mapping",
    "history_writer",
    "load_weights",
    "read_config",
    "read_history",
    "save_weights",
]
