"""What this package raises."""


class ArcError(ValueError):
    """A grid, a task, a submission or a model cannot be what was asked: expected, got, what to do."""
