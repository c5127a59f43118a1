"""The settings of an experiment on persistence; nothing here needs torch."""

import difflib
from typing import Annotated

from pydantic import ConfigDict, Field, NonNegativeFloat, PositiveFloat, PositiveInt, model_validator
from pydantic.dataclasses import dataclass

FORBID = ConfigDict(extra="forbid")
Share = Annotated[float, Field(ge=0, le=1)]


BASELINE_SETTINGS: dict[str, tuple[str, ...]] = {
    "majority": (),
    "colour_rule": ("brightness",),
    "link_length": (),
    "logistic_length": (),
    "gradient_boosting": ("trees", "leaves", "leaf", "learning_rate", "penalty"),
}
"""Every baseline with the settings that it has."""


@dataclass(frozen=True, config=FORBID)
class BaselineConfig:
    """Settings of baselines; what is not given has the baseline's own default."""

    brightness: Annotated[float, Field(ge=0, le=1)] | None = None
    """Mean over the channels above which colour_rule says persistent."""
    trees: PositiveInt | None = None
    """Trees of gradient_boosting."""
    leaves: Annotated[int, Field(ge=2)] | None = None
    """Most leaves of a tree."""
    leaf: PositiveInt | None = None
    """Fewest detections in a leaf."""
    learning_rate: PositiveFloat | None = None
    """Shrinkage of gradient_boosting."""
    penalty: NonNegativeFloat | None = None
    """L2 penalty of the values of its leaves."""

    @property
    def given(self) -> dict[str, int | float]:
        """What is set, by name."""
        return {name: value for name, value in vars(self).items() if name in SETTINGS and value is not None}


SETTINGS = tuple(dict.fromkeys(name for names in BASELINE_SETTINGS.values() for name in names))


@dataclass(frozen=True, config=FORBID)
class ClipsConfig:
    """What is kept of a clip, and how training varies it."""

    patch: PositiveInt = 9
    """Side of the picture cut around each detection, in pixels; odd."""
    also: tuple[str, ...] = ()
    """Hold-outs that training shows all the same, each with as many clips as training has; for a table of its own."""
    turns: bool = True
    """Whether training turns and mirrors clips."""
    drop: Annotated[float, Field(ge=0, le=0.1)] = 0.05
    """Largest share of detections that training leaves out of a clip; each clip draws its own share below it."""
    gap: Annotated[int, Field(ge=0, le=2)] = 2
    """Longest run of frames that training takes one object's detections out of; 0 takes none."""

    @model_validator(mode="after")
    def check(self):
        """Raise one sentence for the first setting that cannot be met."""
        if self.patch % 2 == 0:
            raise ValueError(
                f"patch: expected an odd number, so that a patch has a middle pixel; got {self.patch}"
            )
        return self


def unknown(what: str, name: str, known: tuple[str, ...]) -> str:
    """The sentence that answers an unknown name."""
    near = difflib.get_close_matches(name, known, n=1)
    advice = f"did you mean {near[0]}?" if near else f"expected one of: {', '.join(known)}"
    return f"{name!r} is not a {what}; {advice}"
