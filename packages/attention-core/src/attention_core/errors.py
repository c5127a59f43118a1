"""What this package raises."""


class AttentionError(ValueError):
    """An attention layer or map was given what it cannot use: what was expected, what came, what to do."""
