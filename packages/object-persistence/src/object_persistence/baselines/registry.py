"""Baselines by name."""

from analysis import foreign, unknown
from object_persistence.baselines.base import Baseline
from object_persistence.baselines.estimators import GradientBoosting, LogisticLength, Majority, TrackBoosting
from object_persistence.baselines.rules import ColourRule, LinkLength
from object_persistence.configuration import BASELINE_SETTINGS
from object_persistence.errors import PersistenceError

KINDS: tuple[type[Baseline], ...] = (
    Majority,
    ColourRule,
    LinkLength,
    LogisticLength,
    TrackBoosting,
    GradientBoosting,
)
BASELINES: dict[str, type[Baseline]] = {kind.name: kind for kind in KINDS}


def make_baseline(name: str, **settings: int | float) -> Baseline:
    """A baseline by name, unfitted; what is not set has its default.

    Raises:
        PersistenceError: there is no baseline of that name, or it has no such setting.
    """
    if name == "gru":
        raise PersistenceError(
            "gru needs torch and gradient steps: object_persistence.model.gru.TrackGRU(dim, …)"
        )
    if name not in BASELINES:
        raise PersistenceError(unknown("baseline", name, tuple(BASELINES)))
    if sentence := foreign(settings, name, BASELINE_SETTINGS):
        raise PersistenceError(sentence)
    return BASELINES[name](**settings)
