from .errors import MetabolicError as MetabolicError
from .network.edges import MetabolicEdges as MetabolicEdges
from .network.graph import MetabolicGraph as MetabolicGraph
from .truth.flux_balance import FluxSolution as FluxSolution
from .truth.flux_balance import fba as fba
from .truth.flux_balance import pfba as pfba
from .truth.media import Medium as Medium

__all__ = [
    "FluxSolution",
    "Medium",
    "MetabolicEdges",
    "MetabolicError",
    "MetabolicGraph",
    "fba",
    "pfba",
]
