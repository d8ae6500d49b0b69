"""Alpha models (O. Croissant, 2008): assets that load on independent square-root factors."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
