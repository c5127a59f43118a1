"""The exceptions of this package."""


class PerceptionError(ValueError):
    """What every error raised by perception on purpose is."""


class StimulusError(PerceptionError):
    """A stimulus design or a solid that cannot be rendered."""


class ImageError(PerceptionError):
    """Images, masks or a manifest that do not fit together."""


class BackboneError(PerceptionError):
    """Weights that cannot be had or do not fit, or a backbone in the wrong state."""
