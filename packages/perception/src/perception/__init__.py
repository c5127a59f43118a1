"""Rendered stimuli with masks, image folders with manifests, and frozen image backbones."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
