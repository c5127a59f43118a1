"""N-back tasks on rendered objects, and recurrent models with task-guided attention."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
