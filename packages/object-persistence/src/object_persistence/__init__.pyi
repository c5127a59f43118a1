from .errors import PersistenceError as PersistenceError

__all__ = ["PersistenceError"]
