"""Baselines by name."""

from analysis import foreign, unknown
from graph_attention.baselines.balance import FluxBalance
from graph_attention.baselines.base import Baseline
from graph_attention.baselines.estimators import (
    GaussianProcess,
    GradientBoosting,
    Mean,
    Neighbours,
    Perceptron,
    RandomForest,
    Ridge,
)
from graph_attention.configuration import BASELINE_SETTINGS
from graph_attention.errors import MetabolicError

KINDS: tuple[type[Baseline], ...] = (
    Mean,
    Ridge,
    GradientBoosting,
    GaussianProcess,
    Neighbours,
    RandomForest,
    Perceptron,
    FluxBalance,
)
ELSEWHERE = {
    "topology_forest": "topology_forest is of genes, not of media: TopologyForest(track).held_out(genes, essential)",
    "unrolled": "unrolled needs torch and the settings of a model: graph_attention.model.unrolled.Unrolled(config)",
}
"""What has another interface."""
BASELINES: dict[str, type[Baseline]] = {kind.name: kind for kind in KINDS}


def make_baseline(name: str, **settings: int | float) -> Baseline:
    """A baseline by name, unfitted; what is not set has its default.

    Raises:
        MetabolicError: there is no baseline of that name, or it has no such setting.
    """
    if name not in BASELINES:
        raise MetabolicError(ELSEWHERE.get(name) or unknown("baseline", name, tuple(BASELINES)))
    if sentence := foreign(settings, name, BASELINE_SETTINGS):
        raise MetabolicError(sentence)
    return BASELINES[name](**settings)
