"""The same figures for a browser: hover with names, zoom, and selectors; drawn by plotly."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
