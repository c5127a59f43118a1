"""What this package raises."""


class ArcError(ValueError):
    """A grid, a task, a submission or a model cannot be what was asked: expected, got, what to do."""


class RequestError(ArcError):
    """What was asked for is not there, or is refused unless it is meant: no such source, task or family, or a leak."""
