"""Solids drawn from part grammars, rendered by ray casting."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
