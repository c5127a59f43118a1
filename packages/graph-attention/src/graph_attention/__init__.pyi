from .errors import MetabolicError as MetabolicError
from .network.edges import MetabolicEdges as MetabolicEdges
from .network.graph import MetabolicGraph as MetabolicGraph

__all__ = [
    "MetabolicEdges",
    "MetabolicError",
    "MetabolicGraph",
]
