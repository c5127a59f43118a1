"""The exception family of this package."""


class AnalysisError(ValueError):
    """Numbers that cannot answer the question asked of them."""


class StoreError(AnalysisError):
    """A file of a run that is missing, damaged, of another kind, or cannot be written."""


class ComparabilityError(AnalysisError):
    """Runs that answer different questions, such as runs trained on different data."""


class StoreWarning(UserWarning):
    """A damage that reading survives, such as a last line that was cut off."""
