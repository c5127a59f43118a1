"""What this package raises."""


class PersistenceError(ValueError):
    """A video, a table of detections, a track or a model cannot be what was asked: expected, got, what to do."""
