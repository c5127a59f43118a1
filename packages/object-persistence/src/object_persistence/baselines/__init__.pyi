from .base import Baseline as Baseline
from .estimators import GradientBoosting as GradientBoosting
from .estimators import LogisticLength as LogisticLength
from .estimators import Majority as Majority
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
    "features_of",
    "make_baseline",
]
