"""The settings of an experiment on metabolic networks; nothing here needs torch."""

from dataclasses import field
from typing import Annotated, Literal

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt, model_validator
from pydantic.dataclasses import dataclass

from analysis import FORBID, BaselineSettings, Share, foreign, unknown

BUNDLED = ("e_coli_core", "iJO1366", "iYS1720")
"""The networks that come with the extra `cobra`."""

BASELINE_SETTINGS: dict[str, tuple[str, ...]] = {
    "mean": (),
    "ridge": ("penalty",),
    "gradient_boosting": ("trees", "leaf", "learning_rate"),
    "gaussian_process": ("length_scale",),
    "knn": ("neighbours",),
    "random_forest": ("trees", "leaf"),
    "mlp": ("width", "penalty", "learning_rate"),
    "fba": (),
}
"""Every baseline with the settings that it has."""

UNROLLED = "unrolled"
"""The steps inside the transformer, without training."""
KINDS = ("transformer", UNROLLED, *BASELINE_SETTINGS)


@dataclass(frozen=True, config=FORBID)
class NetworkConfig:
    """Which metabolic network, and what of it is kept."""

    name: str = "iJO1366"
    """e_coli_core, iJO1366 or iYS1720, or a file of your own: SBML (.xml, .xml.gz) or COBRA JSON (.json)."""
    prune: Literal["blocked", "nothing"] = "blocked"
    """blocked leaves out reactions that can carry no flux even with every exchange open; no label is used."""

    @model_validator(mode="after")
    def check(self):
        """Raise one sentence for a network that is neither bundled nor a file."""
        if self.name not in BUNDLED and not self.name.endswith((".xml", ".xml.gz", ".sbml", ".json")):
            raise ValueError(unknown("network", self.name, BUNDLED))
        return self


@dataclass(frozen=True, config=FORBID)
class MediaConfig:
    """What the cells are fed in labelled media, and what of it is held out."""

    count: PositiveInt = 2000
    """Labelled media, over all splits."""
    most_sources: PositiveInt = 3
    """Carbon sources of a medium, at most."""
    uptake: tuple[PositiveFloat, PositiveFloat] = (1.0, 10.0)
    """Smallest and largest uptake of a source, in mmol per gram of dry weight and hour."""
    per: Literal["mole", "carbon_mole"] = "mole"
    """What the uptake of a carbon source counts."""
    anaerobic: Share = 0.25
    """Share of the media without oxygen."""
    variants: Share = 0.2
    """Share of the media in which the source of nitrogen, phosphorus or sulphur is another than the usual one."""
    held_out: Annotated[float, Field(gt=0, lt=0.5)] = 0.15
    """Share of the sources that only validation shows, and as many again that only the test shows."""
    seed: int = 0
    """Seed of the media, of the split, and of the tie-break among equal fluxes."""
    labels: str | None = None
    """A folder of labelled media that are there already; nothing is solved then."""
    growth_table: str | None = None
    """A CSV of measured growth (one column per medium component, growth, replicate); growth alone is learned then."""

    @model_validator(mode="after")
    def check(self):
        """Raise one sentence for the first setting that cannot be met."""
        low, high = self.uptake
        if low > high:
            raise ValueError(f"uptake: expected the smallest first, then the largest; got {low} and {high}")
        if self.labels is not None and self.growth_table is not None:
            raise ValueError("labels and growth_table exclude each other; got both")
        return self


@dataclass(frozen=True, config=FORBID)
class ModelConfig:
    """The transformer over the network, or a baseline."""

    kind: str = "transformer"
    """transformer; unrolled, its steps without training; or a baseline: mean, ridge, gradient_boosting,
    gaussian_process, knn, random_forest, mlp, fba."""
    dim: PositiveInt = 32
    """Width of a node."""
    heads: PositiveInt = 8
    """Attention heads; they share the width."""
    layers: NonNegativeInt = 2
    """Layers of edge attention; 0 has no node hear of another, and heads read nodes as they are embedded."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Dropout inside the layers."""
    solver: Literal["optimise", "project"] = "optimise"
    """optimise takes unrolled steps towards fastest growth; project goes to the nearest balanced fluxes."""
    draft_steps: PositiveInt = 40
    """Steps to the draft of the fluxes that attention is shown."""
    projection_steps: PositiveInt = 40
    """Steps that bring proposed fluxes onto mass balance and bounds."""
    pathway: bool = True
    """Whether attention knows which pathway a reaction is in."""
    stoichiometry: bool = True
    """Whether attention knows sign and size of stoichiometric coefficients."""
    node_kinds: bool = True
    """Whether metabolites and reactions, and the five kinds of edges, are told apart."""

    @model_validator(mode="after")
    def check(self):
        """Raise one sentence for the first setting that cannot be met."""
        if self.kind not in KINDS:
            raise ValueError(unknown("kind of model", self.kind, KINDS))
        if self.dim % self.heads:
            raise ValueError(f"{self.heads} heads cannot share a dim of {self.dim}")
        return self

    @property
    def is_baseline(self) -> bool:
        """Whether it fits itself, without gradient steps of ours."""
        return self.kind != "transformer"

    @property
    def attends_along_edges(self) -> bool:
        """Whether nodes attend to each other; without layers the split head alone has attention."""
        return not self.is_baseline and self.layers > 0


@dataclass(frozen=True, config=FORBID)
class LossConfig:
    """What is learned together, and how much each part counts."""

    weighting: Literal["fixed", "uncertainty"] = "fixed"
    """fixed takes the weights below; uncertainty learns a variance per task besides (Kendall et al. 2018)."""
    growth: NonNegativeFloat = 1.0
    """Weight of the growth rate."""
    flux: NonNegativeFloat = 1.0
    """Weight of the reaction fluxes."""
    split: NonNegativeFloat = 1.0
    """Weight of the flux splits at metabolites; 0 leaves their attention without supervision."""
    grows: NonNegativeFloat = 0.1
    """Weight of growth or no growth."""
    mass_balance: NonNegativeFloat = 0.1
    """Weight of what fluxes leave unbalanced before they are projected."""
    direction: NonNegativeFloat = 0.1
    """Weight of flux against the direction of an irreversible reaction, before projection."""
    bounds: NonNegativeFloat = 0.1
    """Weight of flux beyond the bounds of a medium, before projection."""


@dataclass(frozen=True, config=FORBID)
class BaselineConfig(BaselineSettings):
    """Settings of baselines; what is not given has the baseline's own default."""

    penalty: PositiveFloat | None = None
    """Strength of the L2 penalty of ridge and mlp."""
    trees: PositiveInt | None = None
    """Trees of gradient_boosting and random_forest."""
    leaf: PositiveInt | None = None
    """Fewest media in a leaf of gradient_boosting and random_forest."""
    learning_rate: PositiveFloat | None = None
    """Shrinkage of gradient_boosting; step size of mlp."""
    neighbours: PositiveInt | None = None
    """Media that knn takes the mean of."""
    length_scale: PositiveFloat | None = None
    """Where gaussian_process begins to search its length scale."""
    width: PositiveInt | None = None
    """Units of each hidden layer of mlp."""


@dataclass(frozen=True, config=FORBID)
class MetabolismConfig:
    """Network, media, model and loss of one experiment."""

    network: NetworkConfig = field(default_factory=NetworkConfig)
    """What the cells can do."""
    media: MediaConfig = field(default_factory=MediaConfig)
    """What they are fed."""
    model: ModelConfig = field(default_factory=ModelConfig)
    """What predicts."""
    loss: LossConfig = field(default_factory=LossConfig)
    """What it learns."""
    baseline: BaselineConfig = field(default_factory=BaselineConfig)
    """Settings of a baseline."""

    @model_validator(mode="after")
    def check(self):
        """Raise one sentence for a setting that the kind of model does not have."""
        if sentence := foreign(self.baseline.given, self.model.kind, BASELINE_SETTINGS, "baseline."):
            raise ValueError(sentence)
        return self
