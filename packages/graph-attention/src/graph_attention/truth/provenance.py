"""Where labels come from."""

import hashlib
from dataclasses import asdict, dataclass

from graph_attention.network.graph import MetabolicGraph
from graph_attention.truth.flux_balance import TIE_BREAK
from graph_attention.truth.linear_program import SOLVER
from graph_attention.truth.medium_set import MediumSet


@dataclass(frozen=True)
class Provenance:
    """What determines the labels of media: network, media, solver with its version, and the tie-break."""

    network: str
    network_sha256: str
    media_sha256: str
    seed: int
    solver: str = SOLVER
    tie_break: float = TIE_BREAK

    @classmethod
    def of(cls, graph: MetabolicGraph, media: MediumSet, seed: int) -> "Provenance":
        """What labels made now would come from."""
        return cls(graph.name, graph.fingerprint, media.fingerprint, seed)

    @property
    def key(self) -> str:
        """A name for exactly these labels."""
        return hashlib.sha256(repr(sorted(asdict(self).items())).encode()).hexdigest()[:24]
