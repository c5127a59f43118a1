"""ARC grids: tasks, generated families, and a solver whose test pixels look support pixels up."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
