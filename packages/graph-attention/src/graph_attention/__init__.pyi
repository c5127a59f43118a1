from .errors import MetabolicError as MetabolicError

__all__ = ["MetabolicError"]
