"""White and red spheres, whose colour gives the label away."""

from .configuration import AppearanceConfig, MotionConfig, VideoConfig


def coloured() -> VideoConfig:
    """One white disc that stays among 1 to 6 red ones that do not, on black and without noise.

    This is the older data set of white and red spheres. Colour gives the label away: a single pixel is enough, and
    a model that is right here has not been shown to know what lasts.
    """
    return VideoConfig(
        background=0.0,
        noise=0.0,
        persistent=(1, 1),
        transient=(1, 6),
        appearance=AppearanceConfig(shape="disc", sigma=(1.4, 3.2), amplitude=(1.0, 1.0), colour="class"),
        motion=MotionConfig(speed=(0.3, 2.0), turn=(0.0, 0.4)),
    )
