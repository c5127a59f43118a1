"""What a transformer is compared with: a constant, a colour, a length, boosted trees. Nothing here imports torch."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
