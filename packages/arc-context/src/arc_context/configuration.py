"""The settings of an experiment on ARC grids; nothing here needs torch."""

from dataclasses import field
from typing import Annotated, Literal

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt, model_validator
from pydantic.dataclasses import dataclass

from analysis import FORBID, BaselineSettings, foreign, unknown

BASELINE_SETTINGS: dict[str, tuple[str, ...]] = {
    "copy": (),
    "symbolic": (),
    "colour_map": (),
    "patch_lookup": (),
    "geometry": (),
}
"""Every baseline with the settings that it has."""

KINDS = ("rlan", "puzzle_embedding", *BASELINE_SETTINGS)

Side = Annotated[int, Field(ge=1, le=30)]


@dataclass(frozen=True, config=FORBID)
class FamiliesConfig:
    """Which generated tasks are shown, and within which limits they are drawn."""

    names: tuple[str, ...] = ("colour_map", "keep_colours")
    """Families that training shows."""
    held_out: tuple[str, ...] = ("swap",)
    """Families that only tests show."""
    sides: tuple[Side, Side] = (3, 10)
    """Shortest and longest side of a grid."""
    pairs: tuple[PositiveInt, PositiveInt] = (3, 4)
    """Fewest and most train pairs of a task."""
    test_pairs: PositiveInt = 1
    """Test pairs of a task."""
    background: Literal["any", "zero"] = "any"
    """Whether the background of a task has any colour, drawn by task, or always 0."""

    @model_validator(mode="after")
    def check(self):
        """Raise one sentence for the first setting that cannot be met."""
        from arc_context.families.registry import FAMILIES

        for name in (*self.names, *self.held_out):
            if name not in FAMILIES:
                raise ValueError(unknown("family", name, FAMILIES))
        if both := set(self.names) & set(self.held_out):
            raise ValueError(f"held_out: {', '.join(sorted(both))} cannot be trained and held out at once")
        for span in (self.sides, self.pairs):
            if span[0] > span[1]:
                raise ValueError(
                    f"expected the smallest first, then the largest; got {span[0]} and {span[1]}"
                )
        if self.pairs[1] > 10:
            raise ValueError(f"pairs: expected at most 10, got {self.pairs[1]}")
        return self


@dataclass(frozen=True, config=FORBID)
class TasksConfig:
    """How many tasks each split has, and whether they are drawn from families or read."""

    source: str = ""
    """Where tasks are read: arc1:training, a folder, a file of JSON; empty draws them from families."""
    tested: str = ""
    """Where the tested tasks are read, whatever their size; empty tests a fold of the source."""
    side: Side = 10
    """Longest side of tasks that are read and divided in folds; larger ones are left out, and counted."""
    folds: Annotated[int, Field(ge=3)] = 5
    """Parts that tasks which are read are divided in: one is tested, the next validates, the others train."""
    fold: NonNegativeInt = 0
    """Which part is tested, from 0."""
    train: PositiveInt = 2400
    """Generated tasks of an epoch; of tasks that are read, episodes of an epoch."""
    fresh: bool = True
    """Whether each epoch draws generated tasks of its own; if not, all epochs show those of the first."""
    validation: PositiveInt = 60
    """Generated tasks of each trained family by which an epoch is chosen."""
    test: PositiveInt = 100
    """Generated tasks of each family that are tested."""

    @model_validator(mode="after")
    def check(self):
        """Raise one sentence for a fold that there is not, or a test without anything to train on."""
        if self.tested and not self.source:
            raise ValueError("tested: expected a source to train on besides; give tasks.source")
        if self.fold >= self.folds:
            raise ValueError(f"fold {self.fold}: expected 0 to {self.folds - 1}")
        return self


@dataclass(frozen=True, config=FORBID)
class ModelConfig:
    """The network that looks support pixels up, one without support, or a baseline."""

    kind: str = "rlan"
    """rlan; puzzle_embedding, which knows tasks by a learned vector; or a baseline: copy, symbolic, colour_map,
    patch_lookup, geometry."""
    context: Literal["none", "film", "cross_attention"] = "cross_attention"
    """What is known of the support: nothing, one pooled vector, or every pixel."""
    dim: PositiveInt = 64
    """Width of a cell's features."""
    heads: PositiveInt = 4
    """Attention heads; they share the width."""
    steps: PositiveInt = 4
    """Steps of the solver."""
    solver_context: bool = False
    """Whether each step of the solver looks at the support again, and not the first alone."""
    anchors: NonNegativeInt = 0
    """Places that are chosen one after another; 0 chooses none."""
    anchor_features: Literal["original", "contextual"] = "original"
    """Whether anchors are chosen before the support is known (decoupled) or after (coupled)."""
    views: bool = True
    """Whether cells know the turned and mirrored grid at their place, and answers may be copied from turned, moved and
    resized grids, rather from such as explain the support."""
    cues: bool = True
    """Whether cells are told what neighbours have their colour, and how large their colour's area and object are."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Dropout inside injectors and solver."""
    halting: bool = False
    """Whether the solver may stop before its last step."""
    registers: bool = False
    """Whether colours are counted."""
    predicates: NonNegativeInt = 0
    """Soft truth values of the whole grid that every cell hears of; 0 has none."""
    background: bool = False
    """Whether a cell knows if its colour is the commonest of its grid."""

    @model_validator(mode="after")
    def check(self):
        """Raise one sentence for the first setting that cannot be met."""
        if self.kind not in KINDS:
            raise ValueError(unknown("kind of model", self.kind, KINDS))
        if self.dim % (8 * self.heads):
            raise ValueError(
                f"dim {self.dim}: expected 8 channels, or a multiple, for each of {self.heads} heads"
            )
        return self

    @property
    def is_baseline(self) -> bool:
        """Whether it fits itself, without gradient steps of ours."""
        return self.kind in BASELINE_SETTINGS


@dataclass(frozen=True, config=FORBID)
class LossConfig:
    """What is learned, and how much each part counts."""

    deep: NonNegativeFloat = 0.5
    """Weight of the earlier steps' mean loss beside the last step's."""
    halting: NonNegativeFloat = 0.01
    """Weight of halting's distance from a geometric distribution, where the model may halt."""
    steps: Annotated[float, Field(gt=1)] = 3.0
    """Steps after which that distribution halts, on average."""
    diversity: NonNegativeFloat = 0.0
    """Weight of the overlap of two anchors."""


@dataclass(frozen=True, config=FORBID)
class AugmentationConfig:
    """How training varies tasks."""

    symmetries: bool = False
    """Whether tasks are turned and mirrored."""
    colours: bool = False
    """Whether their colours are permuted."""


@dataclass(frozen=True, config=FORBID)
class PretrainingConfig:
    """What a model learns of generated families before it is shown tasks that are read."""

    epochs: NonNegativeInt = 0
    """Passes; 0 begins from weights as they are drawn."""
    tasks: PositiveInt = 2400
    """Generated tasks of a pass, fresh in each."""
    batch_size: PositiveInt = 24
    """Tasks of a step."""
    learning_rate: PositiveFloat = 3e-3
    """Peak learning rate."""


@dataclass(frozen=True, config=FORBID)
class VotingConfig:
    """How an answer is given."""

    views: PositiveInt = 1
    """Turned, mirrored and recoloured views of a task that vote; 1 answers once, in one pass."""


@dataclass(frozen=True, config=FORBID)
class BaselineConfig(BaselineSettings):
    """Settings of baselines; what is not given has the baseline's own default."""


@dataclass(frozen=True, config=FORBID)
class ArcConfig:
    """Tasks, what is made of them, model and loss of one experiment."""

    families: FamiliesConfig = field(default_factory=FamiliesConfig)
    """Which tasks are drawn."""
    tasks: TasksConfig = field(default_factory=TasksConfig)
    """How many, or where they are read."""
    augmentation: AugmentationConfig = field(default_factory=AugmentationConfig)
    """How training varies them."""
    model: ModelConfig = field(default_factory=ModelConfig)
    """What answers."""
    loss: LossConfig = field(default_factory=LossConfig)
    """What it learns."""
    baseline: BaselineConfig = field(default_factory=BaselineConfig)
    """Settings of a baseline."""
    pretraining: PretrainingConfig = field(default_factory=PretrainingConfig)
    """What it has learned before."""
    voting: VotingConfig = field(default_factory=VotingConfig)
    """How it answers."""

    @model_validator(mode="after")
    def check(self):
        """Raise one sentence for a setting that the kind of model does not have, or that has no effect."""
        if self.pretraining.epochs and not self.tasks.source:
            raise ValueError(
                "pretraining comes before tasks that are read; give tasks.source, or more training.epochs"
            )
        if sentence := foreign(self.baseline.given, self.model.kind, BASELINE_SETTINGS, "baseline."):
            raise ValueError(sentence)
        return self
