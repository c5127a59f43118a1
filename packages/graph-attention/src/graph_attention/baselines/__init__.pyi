from .balance import FluxBalance as FluxBalance
from .base import Baseline as Baseline
from .base import Labelled as Labelled
from .estimators import GaussianProcess as GaussianProcess
from .estimators import GradientBoosting as GradientBoosting
from .estimators import Mean as Mean
from .estimators import Neighbours as Neighbours
from .estimators import Perceptron as Perceptron
from .estimators import RandomForest as RandomForest
from .estimators import Ridge as Ridge
from .gene_features import GeneFeatures as GeneFeatures
from .gene_folds import linked_genes as linked_genes
from .reachability import Reachability as Reachability
from .registry import BASELINES as BASELINES
from .registry import make_baseline as make_baseline
from .regression import Regression as Regression
from .topology_forest import TRACKS as TRACKS
from .topology_forest import TopologyForest as TopologyForest

__all__ = [
    "BASELINES",
    "TRACKS",
    "Baseline",
    "FluxBalance",
    "GaussianProcess",
    "GeneFeatures",
    "GradientBoosting",
    "Labelled",
    "Mean",
    "Neighbours",
    "Perceptron",
    "RandomForest",
    "Reachability",
    "Regression",
    "Ridge",
    "TopologyForest",
    "linked_genes",
    "make_baseline",
]
