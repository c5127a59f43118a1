"""The settings of made videos; nothing here needs torch."""

from dataclasses import field
from typing import Annotated, Literal

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveInt, model_validator
from pydantic.dataclasses import dataclass

from analysis import FORBID, Share

Counts = tuple[NonNegativeInt, NonNegativeInt]
Span = tuple[NonNegativeFloat, NonNegativeFloat]

LONGEST_FLASH = 3
"""Frames that a transient lasts at most; what lasts longer is persistent."""
CLIPS_PER_SPLIT = 1_000_000
"""Seeds set aside for every split, whatever its size."""


@dataclass(frozen=True, config=FORBID)
class AppearanceConfig:
    """How objects look; persistent and transient ones are drawn from this one distribution."""

    shape: Literal["blob", "disc"] = "blob"
    """blob is a Gaussian; disc is flat, with radius sigma · √2, the radius at which LoG answers most to it."""
    sigma: Span = (1.4, 2.6)
    """Smallest and largest sigma, in pixels."""
    amplitude: Span = (0.4, 0.8)
    """Smallest and largest brightness above the background."""
    colour: Literal["grey", "random", "class"] = "grey"
    """grey gives [time, height, width]; random draws a colour per object; class gives the label away: persistent
    white, transient red."""

    @model_validator(mode="after")
    def check(self):
        """Raise one sentence for the first setting that cannot be met."""
        ascending("sigma", self.sigma)
        ascending("amplitude", self.amplitude)
        if self.sigma[0] <= 0:
            raise ValueError(f"sigma: expected more than 0 pixels; got {self.sigma[0]}")
        return self


@dataclass(frozen=True, config=FORBID)
class MotionConfig:
    """How objects move; persistent and transient ones are drawn from this one distribution."""

    speed: Span = (0.3, 2.0)
    """Slowest and fastest speed, in pixels per frame."""
    turn: Span = (0.0, 0.0)
    """Least and most turn of the direction, in radians per frame, either way; 0 keeps to straight lines."""
    margin: NonNegativeFloat = 3.0
    """Distance from the border, in pixels, at which objects are reflected."""
    every: PositiveInt = 1
    """Which frames are recorded: 2 halves the frame rate. Speed, turn and the length of flashes count all frames."""

    @model_validator(mode="after")
    def check(self):
        """Raise one sentence for the first setting that cannot be met."""
        ascending("speed", self.speed)
        ascending("turn", self.turn)
        return self


@dataclass(frozen=True, config=FORBID)
class AbsenceConfig:
    """When persistent objects are not to be seen."""

    late: Share = 0.0
    """Share of the persistent objects that enter after the first frame."""
    early: Share = 0.0
    """Share of the persistent objects that leave before the last frame."""
    shortest: Annotated[int, Field(gt=LONGEST_FLASH)] = 6
    """Frames that a persistent object lasts at least, however late it enters or early it leaves."""
    gap: Counts = (0, 0)
    """Fewest and most frames in a row for which a persistent object is occluded."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Chance that a persistent object is not seen in a frame."""

    @model_validator(mode="after")
    def check(self):
        """Raise one sentence for a gap that is given backwards."""
        ascending("gap", self.gap)
        return self

    @property
    def least(self) -> int:
        """Frames that a persistent object needs, with two on either side of its gap."""
        return max(self.shortest, self.gap[1] + LONGEST_FLASH + 1)


@dataclass(frozen=True, config=FORBID)
class LookAlikeConfig:
    """Transients that look as if they lasted; fewest and most of a kind in a clip."""

    blinkers: Counts = (0, 0)
    """Places where unrelated flashes come again and again."""
    chains: Counts = (0, 0)
    """Flashes that follow each other along a false track."""
    beside: Counts = (0, 0)
    """Flashes right beside a persistent object."""

    @model_validator(mode="after")
    def check(self):
        """Raise one sentence for counts that are given backwards."""
        for name in ("blinkers", "chains", "beside"):
            ascending(name, getattr(self, name))
        return self


@dataclass(frozen=True, config=FORBID)
class SplitConfig:
    """How many clips each split has."""

    train: PositiveInt = 800
    """Clips to learn from."""
    validation: PositiveInt = 120
    """Clips that choose among epochs and settings."""
    test: PositiveInt = 150
    """Clips of the test, and as many of every hold-out."""
    seed: NonNegativeInt = 0
    """Which clips; another seed shares none with this one."""

    @model_validator(mode="after")
    def check(self):
        """Raise one sentence for a split that is larger than what is set aside for it."""
        for name in ("train", "validation", "test"):
            if getattr(self, name) > CLIPS_PER_SPLIT:
                raise ValueError(
                    f"{name}: expected at most {CLIPS_PER_SPLIT} clips; got {getattr(self, name)}"
                )
        return self


@dataclass(frozen=True, config=FORBID)
class VideoConfig:
    """Clips of objects that last and of objects that do not."""

    frames: PositiveInt = 16
    """Frames of a clip."""
    size: tuple[PositiveInt, PositiveInt] = (64, 64)
    """Height and width in pixels."""
    background: Share = 0.1
    """Brightness where nothing is."""
    noise: NonNegativeFloat = 0.04
    """Standard deviation of Gaussian noise."""
    persistent: Counts = (1, 3)
    """Fewest and most persistent objects of a clip."""
    transient: Counts = (6, 14)
    """Fewest and most transients of a clip, each 1 to 3 frames long; look-alikes come on top."""
    appearance: AppearanceConfig = field(default_factory=AppearanceConfig)
    """How objects look."""
    motion: MotionConfig = field(default_factory=MotionConfig)
    """How objects move."""
    absence: AbsenceConfig = field(default_factory=AbsenceConfig)
    """When persistent objects are not to be seen."""
    look_alikes: LookAlikeConfig = field(default_factory=LookAlikeConfig)
    """Transients that look as if they lasted."""
    splits: SplitConfig = field(default_factory=SplitConfig)
    """How many clips each split has."""

    @model_validator(mode="after")
    def check(self):
        """Raise one sentence for the first setting that cannot be met."""
        ascending("persistent", self.persistent)
        ascending("transient", self.transient)
        if self.persistent[1] and self.frames < self.absence.least:
            raise ValueError(
                f"frames: {self.frames} are too few for a persistent object; it needs {self.absence.least}"
            )
        if min(self.size) <= 2 * self.motion.margin:
            raise ValueError(
                f"size: {self.size} leaves no room inside a margin of {self.motion.margin} pixels; "
                "expected larger frames or a smaller motion.margin"
            )
        return self


def ascending(name: str, span: tuple[float | int, float | int]) -> None:
    """Raise one sentence for a span that is given backwards."""
    if span[0] > span[1]:
        raise ValueError(
            f"{name}: expected the smallest first, then the largest; got {span[0]} and {span[1]}"
        )
