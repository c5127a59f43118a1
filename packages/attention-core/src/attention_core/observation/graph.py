"""Maps of PyG's attention layers."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from attention_core.edge_map import EdgeMap
from attention_core.observation.whereabouts import Whereabouts


class EdgeCalls:
    """Maps of convolutions whose weights go through `torch_geometric.utils.softmax`.

    These are `GATConv`, `GATv2Conv`, `TransformerConv` and their kin. The weights are taken from the softmax,
    before dropout; edges, with the loops that the layer added, from the hook that PyG calls after
    `propagate`.
    """

    def __init__(self, whereabouts: Whereabouts, take: Callable[[nn.Module, Callable[[], EdgeMap]], None]):
        self._whereabouts = whereabouts
        self._take = take
        self._weights: dict[nn.Module, Tensor] = {}

    def softmax_called(self, module: nn.Module, weights: Tensor) -> None:
        """Keep what came of a softmax until the edges are known; other modules than convolutions have none."""
        if hasattr(module, "propagate"):
            self._weights[module] = weights

    @contextmanager
    def followed(self) -> Iterator[None]:
        """Follow the convolutions as they propagate."""
        with ExitStack() as stack:
            for module in self._whereabouts.paths:
                register = getattr(module, "register_propagate_forward_hook", None)
                if register is not None:
                    stack.callback(register(self._propagated).remove)
            yield

    def _propagated(self, convolution: Any, inputs: tuple, output: Tensor) -> None:
        weights = self._weights.pop(convolution, None)
        if weights is None or self._whereabouts.module() is not convolution:
            return
        backwards = convolution.flow == "target_to_source"
        given, sizes, _ = inputs
        queries, keys = output.shape[convolution.node_dim], sizes[1 if backwards else 0]
        self._take(convolution, lambda: _edge_map(weights, _edges(given, backwards), queries, keys))


def _edge_map(weights: Tensor, edges: Tensor, queries: int, keys: int | None) -> EdgeMap:
    return EdgeMap(weights.reshape(edges.shape[1], -1), edges, queries, queries if keys is None else keys)


def _edges(given: Tensor, backwards: bool) -> Tensor:
    """Source and target of each edge, in the order of the weights."""
    if isinstance(given, Tensor) and given.layout is torch.strided:
        plain = given.as_subclass(Tensor)
        return plain.flip(0) if backwards else plain
    # An adjacency is given transposed: its rows are the targets.
    return sys.modules["torch_geometric"].utils.to_edge_index(given)[0].flip(0)
