"""What a graph model is compared with: scikit-learn, neighbours, structure alone. Nothing here imports torch."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
