from .base import Baseline as Baseline
from .early import ending_early as ending_early
from .early import seen_until as seen_until
from .estimators import GradientBoosting as GradientBoosting
from .estimators import LogisticLength as LogisticLength
from .estimators import Majority as Majority
from .estimators import TrackBoosting as TrackBoosting
from .features import features_of as features_of
from .registry import BASELINES as BASELINES
from .registry import make_baseline as make_baseline
from .rules import ColourRule as ColourRule
from .rules import LinkLength as LinkLength

__all__ = [
    "BASELINES",
    "Baseline",
    "ColourRule",
    "GradientBoosting",
    "LinkLength",
    "LogisticLength",
    "Majority",
    "TrackBoosting",
    "ending_early",
    "features_of",
    "make_baseline",
    "seen_until",
]
