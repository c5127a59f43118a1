"""The one exception family of this package."""


class WorkingMemoryError(ValueError):
    """A task that cannot be posed, or a model that cannot be built; the message says what would fit."""
