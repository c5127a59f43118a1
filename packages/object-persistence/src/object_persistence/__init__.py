"""Which things in a video last: detection, linking, object tokens, and attention between them."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
