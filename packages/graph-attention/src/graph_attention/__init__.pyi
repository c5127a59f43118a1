from .errors import MetabolicError as MetabolicError
from .network.edges import MetabolicEdges as MetabolicEdges
from .network.graph import MetabolicGraph as MetabolicGraph
from .truth.flux_balance import FluxSolution as FluxSolution
from .truth.flux_balance import fba as fba
from .truth.flux_balance import pfba as pfba
from .truth.learning_media import learning_media as learning_media
from .truth.media import Medium as Medium
from .truth.medium_set import MediumSet as MediumSet
from .truth.recipes import base_medium as base_medium
from .truth.recipes import sole_sources as sole_sources

__all__ = [
    "FluxSolution",
    "Medium",
    "MediumSet",
    "MetabolicEdges",
    "MetabolicError",
    "MetabolicGraph",
    "base_medium",
    "fba",
    "learning_media",
    "pfba",
    "sole_sources",
]
