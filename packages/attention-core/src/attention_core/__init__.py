"""Attention layers on the fused path that hand back a lazy map of what they attend to."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
