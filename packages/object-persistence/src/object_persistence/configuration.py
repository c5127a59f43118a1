"""The settings of an experiment on persistence; nothing here needs torch."""

from dataclasses import field
from typing import Annotated, Literal

from pydantic import (
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    model_validator,
)
from pydantic.dataclasses import dataclass

from analysis import FORBID, BaselineSettings, Share, foreign, unknown
from object_persistence.videos.configuration import VideoConfig as VideoConfig
from object_persistence.videos.configuration import ascending

BASELINE_SETTINGS: dict[str, tuple[str, ...]] = {
    "majority": (),
    "colour_rule": ("brightness",),
    "link_length": (),
    "logistic_length": (),
    "track_boosting": ("trees", "leaves", "leaf", "learning_rate", "penalty"),
    "gradient_boosting": ("trees", "leaves", "leaf", "learning_rate", "penalty", "cuts"),
}
"""Every baseline with the settings that it has."""

KINDS = ("transformer", "gru", *BASELINE_SETTINGS)


@dataclass(frozen=True, config=FORBID)
class BaselineConfig(BaselineSettings):
    """Settings of baselines; what is not given has the baseline's own default."""

    brightness: Share | None = None
    """Mean over the channels above which colour_rule says persistent."""
    trees: PositiveInt | None = None
    """Trees of gradient_boosting and track_boosting."""
    leaves: Annotated[int, Field(ge=2)] | None = None
    """Most leaves of a tree."""
    leaf: PositiveInt | None = None
    """Fewest detections in a leaf."""
    learning_rate: PositiveFloat | None = None
    """Shrinkage of the trees."""
    penalty: NonNegativeFloat | None = None
    """L2 penalty of the values of its leaves."""
    cuts: NonNegativeInt | None = None
    """Copies of every training clip that end early, which gradient_boosting learns from besides."""


@dataclass(frozen=True, config=FORBID)
class ModelConfig:
    """The transformer over detections, a recurrent network over tracks, or a baseline."""

    kind: str = "transformer"
    """transformer; gru, over linked tracks; or a baseline: majority, colour_rule, link_length, logistic_length,
    track_boosting, gradient_boosting."""
    dim: PositiveInt = 64
    """Width of a token."""
    heads: PositiveInt = 8
    """Attention heads; they share the width."""
    layers: PositiveInt = 2
    """Layers of attention."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Dropout inside the layers."""
    relation: Literal["none", "space_time", "track"] = "track"
    """What attention is told of a pair: nothing, its distance in space and time, or whether it is linked."""
    motion: bool = True
    """Whether it is told besides how far the key is from where the query's track would be by then."""
    support: NonNegativeFloat = 0.0
    """Where the power of its track's length begins that a key counts as; 0 lets attention begin without preference."""
    position: bool = True
    """Whether a token knows where it is."""
    time: bool = True
    """Whether it knows its frame."""
    tracks: bool = True
    """Whether it knows length, gaps, speed and straightness of its linked track."""
    queries: NonNegativeInt = 0
    """Learned object queries that gather from all detections before the layers; 0 has none."""
    patches: Literal["trained", "random"] = "trained"
    """Whether the network that sees patches is trained, or stays as it was drawn."""

    @model_validator(mode="after")
    def check(self):
        """Raise one sentence for the first setting that cannot be met."""
        if self.kind not in KINDS:
            raise ValueError(unknown("kind of model", self.kind, KINDS))
        if self.dim % self.heads:
            raise ValueError(f"{self.heads} heads cannot share a dim of {self.dim}")
        if self.support and self.relation == "none" and not self.motion:
            raise ValueError("support weighs what relations tell of pairs; give a relation or motion besides")
        return self

    @property
    def is_baseline(self) -> bool:
        """Whether it fits itself, without gradient steps of ours."""
        return self.kind in BASELINE_SETTINGS


@dataclass(frozen=True, config=FORBID)
class LossConfig:
    """What is learned together, and how much each part counts."""

    persistence: NonNegativeFloat = 1.0
    """Weight of persistent or not."""
    balanced: bool = False
    """Whether persistent and transient detections weigh the same in a batch."""
    duration: NonNegativeFloat = 0.1
    """Weight of how long an object lasts, and how long it lasts from here."""
    contrastive: NonNegativeFloat = 0.0
    """Weight of the contrast between tokens of persistent and of transient detections."""
    margin: NonNegativeFloat = 0.0
    """Weight of attention that falls short of `ratio`; 0 leaves attention without supervision."""
    ratio: Annotated[float, Field(gt=1)] = 3.0
    """How many times the attention of a transient detection a persistent one is to receive, at least."""


DETECTOR_SETTINGS: dict[str, tuple[str, ...]] = {
    "log": ("min_sigma", "max_sigma", "num_sigma", "threshold", "overlap", "subpixel", "exclude_border"),
    "threshold": ("brightness",),
}
"""Every kind of detector with the settings that it has."""


@dataclass(frozen=True, config=FORBID)
class DetectionConfig:
    """How objects are found in frames."""

    kind: Literal["log", "threshold"] = "log"
    """log finds blobs in scale space; threshold finds connected bright regions, as the earlier code did."""
    min_sigma: PositiveFloat = 1.2
    """Narrowest scale, in pixels."""
    max_sigma: PositiveFloat = 2.0
    """Widest scale, in pixels. Wider blobs are found at it too; wider scales take two that are close for one."""
    num_sigma: PositiveInt = 3
    """Scales that are looked at, evenly from the narrowest to the widest."""
    threshold: PositiveFloat = 0.08
    """Least response, half the amplitude of a blob."""
    overlap: Share = 0.8
    """Share of the smaller of two blobs above which only the wider one is kept."""
    subpixel: bool = True
    """Whether position and sigma are refined between pixels and scales."""
    exclude_border: NonNegativeInt = 0
    """Pixels along the border in which nothing is detected."""
    brightness: PositiveFloat = 0.4
    """Least brightness of a region; this alone is asked of the kind threshold, all before of log."""

    @model_validator(mode="after")
    def check(self):
        """Raise one sentence for sigmas that are given backwards."""
        ascending("min_sigma and max_sigma", (self.min_sigma, self.max_sigma))
        return self


@dataclass(frozen=True, config=FORBID)
class LinkingConfig:
    """How detections become tracks."""

    search_range: PositiveFloat = 4.5
    """Pixels that an object may be away from where it is expected."""
    memory: NonNegativeInt = 2
    """Frames for which an object may be missing while it is followed."""
    motion: Literal["velocity", "kalman", "none"] = "velocity"
    """Where an object is expected: at constant velocity, by a Kalman filter, or where it was."""
    appearance: NonNegativeFloat = 10.0
    """Pixels of distance that a factor e in sigma or brightness counts; 0 looks at places only."""
    gap_closing: NonNegativeInt = 6
    """Longest gap in frames over which ends of tracks are joined with beginnings afterwards; 0 joins none."""


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
    drop_frames: Annotated[float, Field(ge=0, le=0.1)] = 0.02
    """Probability that training leaves out all detections of a frame."""
    gap: Annotated[int, Field(ge=0, le=2)] = 2
    """Longest run of frames that training takes the detections of a track out of; 0 takes none."""
    early: Share = 0.15
    """Share of the clips that training ends early, after a quarter of their frames or later."""

    @model_validator(mode="after")
    def check(self):
        """Raise one sentence for the first setting that cannot be met."""
        if self.patch % 2 == 0:
            raise ValueError(
                f"patch: expected an odd number, so that a patch has a middle pixel; got {self.patch}"
            )
        return self


@dataclass(frozen=True, config=FORBID)
class BackboneConfig:
    """A frozen network that sees patches before the model does."""

    kind: Literal["none", "resnet50", "vit_b_16"] = "none"
    """none lets the model see pixels; the others come with ImageNet weights, and need torchvision."""
    weights: str | None = None
    """A file of weights; without one the hub's."""
    side: Annotated[int, Field(ge=32, multiple_of=16)] = 64
    """Pixels to which a patch is enlarged for it."""


@dataclass(frozen=True, config=FORBID)
class PersistenceConfig:
    """Videos, what is made of them, model and loss of one experiment."""

    videos: VideoConfig = field(default_factory=VideoConfig)
    """What is shown."""
    detection: DetectionConfig = field(default_factory=DetectionConfig)
    """How objects are found."""
    linking: LinkingConfig = field(default_factory=LinkingConfig)
    """How what was found becomes tracks."""
    clips: ClipsConfig = field(default_factory=ClipsConfig)
    """What is kept of a clip."""
    backbone: BackboneConfig = field(default_factory=BackboneConfig)
    """What sees patches first."""
    model: ModelConfig = field(default_factory=ModelConfig)
    """What tells which objects last."""
    loss: LossConfig = field(default_factory=LossConfig)
    """What it learns."""
    baseline: BaselineConfig = field(default_factory=BaselineConfig)
    """Settings of a baseline."""

    @model_validator(mode="after")
    def check(self):
        """Raise one sentence for a setting that the kind of model does not have."""
        if self.model.is_baseline and self.backbone.kind != "none":
            raise ValueError(
                f"{self.model.kind} has no backbone; expected transformer or gru with backbone.kind"
            )
        if sentence := foreign(self.baseline.given, self.model.kind, BASELINE_SETTINGS, "baseline."):
            raise ValueError(sentence)
        return self
