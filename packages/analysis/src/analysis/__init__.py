"""Statistics of claims about attention, and the files of a run. Reads numbers, never a model."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
