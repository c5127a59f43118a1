from .errors import AnalysisError as AnalysisError
from .errors import ComparabilityError as ComparabilityError
from .errors import StoreError as StoreError
from .errors import StoreWarning as StoreWarning
from .files import write_atomically as write_atomically
from .store import Run as Run
from .store import find_runs as find_runs

__all__ = [
    "AnalysisError",
    "ComparabilityError",
    "Run",
    "StoreError",
    "StoreWarning",
    "find_runs",
    "write_atomically",
]
