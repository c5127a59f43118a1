"""The settings of a working-memory experiment; nothing here needs torch."""

from dataclasses import field
from itertools import combinations
from typing import Annotated, Literal

from pydantic import Field, PositiveFloat, PositiveInt, model_validator
from pydantic.dataclasses import dataclass

from analysis import FORBID, Share, unknown

Feature = Literal["location", "identity", "category"]
Scenario = Literal["stsf", "stmf", "mtmf", "custom"]

CELLS = ("gru", "lstm", "rnn")
SPATIAL_LOOKS = ("attention", "multihead_attention", "self_attention", "temporal_attention")
GATED_LOOKS = ("gated", "dual_gated")
KINDS = CELLS + tuple(f"{look}_{cell}" for look in SPATIAL_LOOKS + GATED_LOOKS for cell in CELLS)

LOOKS_IN_HEADS = {"multihead_attention": 1, "self_attention": 4, "temporal_attention": 2}
"""Looks that take heads, and what divides the width of each: places turn channels in twos, on each axis of a grid."""


def foreign(kind: str, heads: int, attention_dropout: float) -> str | None:
    """The sentence that answers settings which a kind does not have."""
    look = kind.rpartition("_")[0]
    named = look or "a pooled baseline"
    if heads > 1 and look not in LOOKS_IN_HEADS:
        return f"{heads} heads need a {' or '.join(LOOKS_IN_HEADS)} kind; got {named}"
    if attention_dropout and look not in SPATIAL_LOOKS:
        return f"attention_dropout needs a spatial attention kind; got {named}"
    return None


def undivided(kind: str, heads: int, attention_dim: int) -> str | None:
    """The sentence that answers a width which the heads of a kind cannot share."""
    look = kind.rpartition("_")[0]
    share = heads * LOOKS_IN_HEADS.get(look, 0)
    if share and attention_dim % share:
        return f"{heads} heads of {look} need an attention_dim that {share} divides; got {attention_dim}"
    return None


CATEGORIES = ("chair", "vehicle", "plane", "lamp", "animal", "windmill")
"""What `perception` can render, told here without importing it, for it imports torch."""


@dataclass(frozen=True, config=FORBID)
class StimuliConfig:
    """What can be shown: categories × identities × views × locations, and what of it is held out."""

    categories: tuple[str, ...] = ("chair", "vehicle", "plane", "lamp")
    """Kinds of object; rendered ones are chair, vehicle, plane, lamp, animal and windmill."""
    identities: PositiveInt = 24
    """Training identities per category."""
    novel_identities: PositiveInt = 6
    """Held-out identities per category, for validation and as many again for test."""
    azimuths: tuple[float, ...] = (-70, -50, -30, -10, 10, 30, 50, 70)
    """Training azimuths in degrees."""
    novel_azimuths_validation: tuple[float, ...] = (-40, 20)
    """Held-out azimuths for validation, inside the range of the training azimuths."""
    novel_azimuths_test: tuple[float, ...] = (-20, 40)
    """Held-out azimuths for test, inside the range of the training azimuths."""
    elevations: tuple[float, ...] = (15, 35)
    """Elevations in degrees, the same in every split."""
    locations: Annotated[int, Field(ge=1, le=4)] = 4
    """Quadrants in which objects appear."""
    size: PositiveInt = 64
    """Side of a frame in pixels."""
    seed: int = 0
    """Seed of the drawn identities."""
    recolourings: Annotated[int, Field(ge=0)] = 2
    """Recoloured copies of every training identity, shown while tasks are learned and in no evaluation."""
    manifest: str | None = None
    """CSV of your own images (path, category, identity, viewpoint, location); nothing is rendered then."""
    novel_viewpoints: PositiveInt = 2
    """With a manifest: viewpoints held out for validation, and as many again for test."""

    @model_validator(mode="after")
    def check(self):
        """Raise one sentence for the first setting that cannot be met."""
        _check_names(self.categories)
        if self.manifest is None:
            _check_rendered(self)
            _check_views(self)
        return self


@dataclass(frozen=True, config=FORBID)
class TasksConfig:
    """Which n-back tasks, how long, and how hard."""

    scenario: Scenario = "mtmf"
    """stsf: location 2-back; stmf: every feature 2-back; mtmf: every feature 1-, 2- and 3-back."""
    features: tuple[Feature, ...] = ()
    """Features to remember, with scenario custom."""
    n: tuple[Literal[1, 2, 3], ...] = ()
    """How many objects back, with scenario custom."""
    frames: PositiveInt = 6
    """Objects shown in a sequence."""
    delay: Annotated[int, Field(ge=0)] = 0
    """Blank frames after each object."""
    match_rate: Annotated[float, Field(gt=0, lt=1)] = 0.5
    """Share of matches among scored frames."""
    lure_rate: Share = 0.5
    """Share of lures among non-matches."""
    sequences: PositiveInt = 4608
    """Training sequences per epoch, drawn afresh for each."""
    evaluation_sequences: PositiveInt = 720
    """Sequences of each validation and test split."""

    @model_validator(mode="after")
    def check(self):
        """Raise one sentence for the first setting that cannot be met."""
        custom = self.scenario == "custom"
        if custom != bool(self.features) or custom != bool(self.n):
            raise ValueError(
                "features and n are given with scenario custom, and only then; "
                f"got scenario {self.scenario}, features {self.features}, n {self.n}"
            )
        _check_n_back(self)
        return self

    @property
    def all_features(self) -> tuple[Feature, ...]:
        """The features of the scenario, in the order of the task vector."""
        asked = {"stsf": ("location",), "custom": self.features}.get(self.scenario)
        return tuple(f for f in ("location", "identity", "category") if asked is None or f in asked)

    @property
    def all_n(self) -> tuple[int, ...]:
        """The n of the scenario, ascending."""
        return tuple(sorted(set({"mtmf": (1, 2, 3), "custom": self.n}.get(self.scenario, (2,)))))


@dataclass(frozen=True, config=FORBID)
class BackboneConfig:
    """The network that turns a frame into a feature map; frozen while tasks are learned."""

    kind: Literal["small_cnn", "resnet50"] = "small_cnn"
    """small_cnn is prepared on training identities; resnet50 comes with ImageNet weights."""
    channels: tuple[PositiveInt, PositiveInt, PositiveInt] = (24, 48, 96)
    """Channels of small_cnn's three layers."""
    weights: str | None = None
    """A file of weights; without one small_cnn is prepared here and resnet50 takes the hub's."""
    steps: PositiveInt = 900
    """Gradient steps of small_cnn's preparation."""
    batch: PositiveInt = 64
    """Images per step of the preparation, and as many recoloured ones."""
    learning_rate: PositiveFloat = 6e-3
    """Peak learning rate of the preparation."""


@dataclass(frozen=True, config=FORBID)
class ModelConfig:
    """How the model looks at a feature map, and how it remembers."""

    kind: str = "gru"
    """A cell (gru, lstm, rnn), alone or after attention_, multihead_attention_, self_attention_, temporal_attention_,
    gated_ or dual_gated_."""
    hidden_size: PositiveInt = 256
    """Units of the recurrent layer."""
    attention_dim: PositiveInt = 64
    """Width in which the task meets the feature map."""
    heads: PositiveInt = 1
    """Heads of multihead attention, of self-attention over cells, and of temporal attention."""
    attention_dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Dropout of the attention weights of spatial kinds."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Dropout of what enters the recurrent layer."""
    equal_parameters_to: str | None = None
    """Choose the hidden size so that the parameters are nearest to those of this kind at hidden_size."""
    task_embedding: PositiveInt | None = None
    """Width of a learned task vector, the sum of one for the feature and one for n; without it both are one-hot."""
    entropy_weight: Annotated[float, Field(allow_inf_nan=False)] | None = None
    """What the mean entropy of the map over cells takes off the loss, per nat: positive spreads, negative sharpens."""

    @model_validator(mode="after")
    def check(self):
        """Raise one sentence for the first setting that cannot be met."""
        for kind in self._kinds:
            if kind not in KINDS:
                raise ValueError(unknown("kind of model", kind, KINDS))
        for sentence in (self._foreign(), *self._undivided()):
            if sentence is not None:
                raise ValueError(sentence)
        if self.entropy_weight is not None and self.kind.rpartition("_")[0] not in SPATIAL_LOOKS:
            raise ValueError(f"entropy_weight needs a spatial attention kind; got {self.kind}")
        return self

    @property
    def is_baseline(self) -> bool:
        """Whether it fits itself: no kind does, all take gradient steps of ours."""
        return False

    @property
    def _kinds(self) -> tuple[str, ...]:
        """This kind and the kind that it is compared with."""
        return (self.kind,) if self.equal_parameters_to is None else (self.kind, self.equal_parameters_to)

    def _foreign(self) -> str | None:
        found = [foreign(kind, self.heads, self.attention_dropout) for kind in self._kinds]
        return found[0] if all(found) else None

    def _undivided(self) -> list[str | None]:
        return [undivided(kind, self.heads, self.attention_dim) for kind in self._kinds]


@dataclass(frozen=True, config=FORBID)
class WorkingMemoryConfig:
    """Stimuli, tasks, backbone and model of one experiment."""

    stimuli: StimuliConfig = field(default_factory=StimuliConfig)
    """What is shown."""
    tasks: TasksConfig = field(default_factory=TasksConfig)
    """What is asked."""
    backbone: BackboneConfig = field(default_factory=BackboneConfig)
    """What sees."""
    model: ModelConfig = field(default_factory=ModelConfig)
    """What attends and remembers."""

    @model_validator(mode="after")
    def check(self):
        """Raise one sentence for a task that these stimuli cannot pose."""
        if self.stimuli.manifest is None:
            _check_possible(self.stimuli, self.tasks)
        return self


def _check_names(categories: tuple[str, ...]) -> None:
    if not categories or len(set(categories)) < len(categories):
        raise ValueError(f"expected different categories, at least one; got {categories}")


def _check_rendered(stimuli: StimuliConfig) -> None:
    if others := [name for name in stimuli.categories if name not in CATEGORIES]:
        raise ValueError(f"{others[0]} cannot be rendered; expected some of: {', '.join(CATEGORIES)}")
    if stimuli.size < 8 or stimuli.size % 2:
        raise ValueError(f"frames of {stimuli.size} pixels; expected an even number, at least 8")


def _check_views(stimuli: StimuliConfig) -> None:
    pools = {
        "azimuths": stimuli.azimuths,
        "novel_azimuths_validation": stimuli.novel_azimuths_validation,
        "novel_azimuths_test": stimuli.novel_azimuths_test,
    }
    for name, azimuths in pools.items():
        if len(set(azimuths)) < len(azimuths) or len(azimuths) * len(set(stimuli.elevations)) < 2:
            raise ValueError(
                f"{name} × elevations must hold at least two different views, for a match shows "
                f"its object in another view; got {azimuths} × {stimuli.elevations}"
            )
    for (one, first), (other, second) in combinations(pools.items(), 2):
        if shared := set(first) & set(second):
            raise ValueError(
                f"{one} and {other} share {sorted(shared)}; a held-out view is in one split only"
            )
    low, high = min(stimuli.azimuths), max(stimuli.azimuths)
    outside = [a for name in list(pools)[1:] for a in pools[name] if not low < a < high]
    if outside:
        raise ValueError(f"novel azimuths {outside} lie outside the training azimuths, {low} to {high}")


def _check_n_back(tasks: TasksConfig) -> None:
    if max(tasks.all_n) >= tasks.frames:
        raise ValueError(
            f"{max(tasks.all_n)}-back is impossible in {tasks.frames} frames; "
            f"give at least {max(tasks.all_n) + 1} frames"
        )


def _check_possible(stimuli: StimuliConfig, tasks: TasksConfig) -> None:
    features = tasks.all_features
    if len(stimuli.categories) == 1 and "category" in features:
        raise ValueError(f"the category task needs two categories; got only {stimuli.categories[0]}")
    if "location" in features and stimuli.locations < 2:
        raise ValueError("the location task needs two locations; got 1")
    if "identity" in features:
        _check_identities(stimuli, tasks)


def _check_identities(stimuli: StimuliConfig, tasks: TasksConfig) -> None:
    categories, fewest = len(stimuli.categories), min(stimuli.identities, stimuli.novel_identities)
    if categories * fewest < 2:
        raise ValueError("the identity task needs two identities in every split; got 1")
    if tasks.lure_rate and categories == 1:
        raise ValueError(
            "identity lures share the category and plain non-matches do not, which needs two categories; "
            f"got only {stimuli.categories[0]}: add one or set lure_rate 0"
        )
    if tasks.lure_rate and fewest < 2:
        raise ValueError(
            "identity lures need two identities per category, in training and held out; "
            f"got {stimuli.identities} and {stimuli.novel_identities}"
        )
