"""What a model attended to in some media, beside what flows there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, Int

from graph_attention.errors import MetabolicError
from graph_attention.network.graph import MetabolicGraph

Weights = Float[np.ndarray, "media edges heads"]


@dataclass(frozen=True, eq=False)
class AttendedNetwork:
    """Attention of every layer along the edges of a network, in some media, with fluxes and shadow prices.

    Row 0 of `edges` is the node that is attended (key), row 1 the node that attends (query), as in PyG; a node may
    attend to itself. The weights of a node sum to 1. Fluxes are in mmol/gDW/h, shadow prices in 1/h per mmol/gDW/h.

    Raises:
        MetabolicError: shapes that do not belong together.
    """

    graph: MetabolicGraph
    edges: Int[np.ndarray, "2 edges"]
    media: tuple[str, ...]
    weights: Mapping[str, Weights]
    """By layer, in the order of the layers."""
    flux: Float[np.ndarray, "media reactions"]
    """What parsimonious FBA says."""
    predicted: Float[np.ndarray, "media reactions"] | None = None
    """What the model says."""
    shadow_price: Float[np.ndarray, "media metabolites"] | None = None
    growth: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """By medium: what FBA and what the model says, 1/h."""

    def __post_init__(self):
        metabolites, reactions = len(self.graph.metabolites), len(self.graph.reactions)
        media, edges = len(self.media), self.edges.shape[1]
        if not self.weights:
            raise MetabolicError(
                "expected the attention of at least one layer, got none; train a model that attends"
            )
        for name, found, wanted in (
            *(
                (f"attention of {layer}", each.shape[:2], (media, edges))
                for layer, each in self.weights.items()
            ),
            ("flux", self.flux.shape, (media, reactions)),
            *(
                (("predicted", self.predicted.shape, (media, reactions)),)
                if self.predicted is not None
                else ()
            ),
            *(
                (("shadow_price", self.shadow_price.shape, (media, metabolites)),)
                if self.shadow_price is not None
                else ()
            ),
        ):
            if found != wanted:
                raise MetabolicError(f"{name}: expected the shape {wanted}, got {found}")
        if edges == 0 or self.edges.min() < 0 or self.edges.max() >= self.graph.nodes:
            raise MetabolicError(f"expected edges among the {self.graph.nodes} nodes of {self.graph.name}")

    @property
    def layers(self) -> tuple[str, ...]:
        """Their names, in order."""
        return tuple(self.weights)

    @cached_property
    def degree(self) -> Int[np.ndarray, " nodes"]:
        """How many nodes each may attend to, itself included where it may."""
        return np.bincount(self.edges[1], minlength=self.graph.nodes)

    @cached_property
    def joins(self) -> Bool[np.ndarray, " edges"]:
        """Whether an edge joins two nodes; the others are loops."""
        return self.edges[0] != self.edges[1]

    def medium(self, name: str) -> int:
        """The place of a medium.

        Raises:
            MetabolicError: there is none of this name.
        """
        if name not in self.media:
            raise MetabolicError(f"{name} is none of the media; expected one of: {', '.join(self.media)}")
        return self.media.index(name)

    def mean(self, layer: str | None = None, head: int | None = None) -> Float[np.ndarray, "media edges"]:
        """Weights averaged over the layers and heads that are not named."""
        chosen = self.weights.values() if layer is None else (self.weights[layer],)
        return np.mean(
            [each.astype(float).mean(-1) if head is None else each[..., head] for each in chosen], axis=0
        )

    def multiples(
        self, layer: str | None = None, head: int | None = None
    ) -> Float[np.ndarray, "media edges"]:
        """Weights in multiples of what a node gives each of its edges when it attends to all alike; 1 is that."""
        return self.mean(layer, head) * self.degree[self.edges[1]]

    def received(self, layer: str | None = None, head: int | None = None) -> Float[np.ndarray, "media nodes"]:
        """What others give each node, over what they would give when they attended to all alike; NaN without edges."""
        weights, uniform = self.mean(layer, head), 1 / self.degree[self.edges[1]]
        found = np.stack([self._inflow(each) for each in weights])
        return np.divide(
            found, self._inflow(uniform), out=np.full(found.shape, np.nan), where=self._inflow(uniform) > 0
        )

    def entropy(self, layer: str, head: int | None = None) -> Float[np.ndarray, "media nodes"]:
        """Entropy of what each node attends to over its maximum, log of its degree; NaN where it has no choice."""
        weights, nodes = self.mean(layer, head), self.graph.nodes
        parts = -weights * np.log(np.where(weights > 0, weights, 1.0))
        found = np.stack([np.bincount(self.edges[1], each, nodes) for each in parts])
        return np.where(self.degree > 1, found / np.log(np.maximum(self.degree, 2)), np.nan)

    def entropy_by_head(self, layer: str) -> Float[np.ndarray, "media nodes"]:
        """The same of every head by itself, and their mean; what is stored of a run."""
        heads = range(self.weights[layer].shape[-1])
        return np.mean([self.entropy(layer, head) for head in heads], axis=0)

    def links(self, layer: str | None = None, head: int | None = None) -> Float[np.ndarray, "media links"]:
        """One number for each nonzero of S, in the order of `graph.edges`: the mean of both directions' multiples."""
        return self._both_ways(self.multiples(layer, head))

    def link_weights(
        self, layer: str | None = None, head: int | None = None
    ) -> Float[np.ndarray, "media links"]:
        """The same of the weights themselves."""
        return self._both_ways(self.mean(layer, head))

    def excess(self, layer: str | None = None, head: int | None = None) -> Float[np.ndarray, "media links"]:
        """By how much the weights of a link are above those of uniform attention; the mean of both directions."""
        return self._both_ways(self.mean(layer, head) - 1 / self.degree[self.edges[1]])

    def _inflow(self, weights: Float[np.ndarray, " edges"]) -> Float[np.ndarray, " nodes"]:
        kept = self.joins
        return np.bincount(self.edges[0][kept], weights[kept], self.graph.nodes)

    def _both_ways(self, values: Float[np.ndarray, "media edges"]) -> Float[np.ndarray, "media links"]:
        place, joined = self._link_of_edge
        count = np.bincount(place, minlength=len(self.graph.edges))
        sums = np.stack([np.bincount(place, each[joined], len(self.graph.edges)) for each in values])
        return np.divide(sums, count, out=np.full(sums.shape, np.nan), where=count > 0)

    @cached_property
    def _link_of_edge(self) -> tuple[Int[np.ndarray, " joined"], Int[np.ndarray, " joined"]]:
        """Which nonzero of S each edge between two nodes lies on, and which edges these are."""
        metabolites = len(self.graph.metabolites)
        links, joined = self.graph.edges, np.flatnonzero(self.joins)
        ends = np.sort(self.edges[:, joined], axis=0)
        known = links.metabolite * self.graph.nodes + links.reaction + metabolites
        asked, order = ends[0] * self.graph.nodes + ends[1], np.argsort(known)
        place = order[np.minimum(np.searchsorted(known[order], asked), len(known) - 1)]
        if not np.array_equal(known[place], asked):
            raise MetabolicError(f"an edge joins two nodes of {self.graph.name} that no reaction joins")
        return place, joined
