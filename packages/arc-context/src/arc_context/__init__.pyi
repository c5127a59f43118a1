from .errors import ArcError as ArcError

__all__ = ["ArcError"]
