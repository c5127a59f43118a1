"""Figures of stored numbers, by matplotlib's object interface; each keeps its chance level or null beside it."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
