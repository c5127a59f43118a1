"""What this package raises."""


class MetabolicError(ValueError):
    """A network, a medium, a table or a layer cannot be what was asked: expected, got, what to do."""
