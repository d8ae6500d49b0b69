"""Alpha models from smiles: each becomes three observables, which all parameters meet at once."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
