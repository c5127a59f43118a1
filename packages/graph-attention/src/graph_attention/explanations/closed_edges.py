"""A trained model without the edges that it attends most, or with nothing but them."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any, Literal

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from attention_core import EdgeMap, SortedEdges
from graph_attention.errors import MetabolicError
from graph_attention.layers.self_attention import SelfAttention

Which = Literal["top", "random", "keep", "keep_random"]
WHICH: tuple[Which, ...] = ("top", "random", "keep", "keep_random")
Masks = Sequence[Bool[Tensor, "*batch edges"]]


def attention_layers(model: nn.Module) -> list[SelfAttention]:
    """The attention layers of a model, in the order in which they run.

    Raises:
        MetabolicError: there are none.
    """
    layers = [module for module in model.modules() if isinstance(module, SelfAttention)]
    if not layers:
        raise MetabolicError(f"{type(model).__name__} has no attention over the edges of the network")
    return layers


@contextmanager
def edges_closed(layers: Sequence[nn.Module], allowed: Masks) -> Iterator[None]:
    """Let each layer attend along the allowed edges only, as long as it lasts.

    Raises:
        MetabolicError: there is not one mask for each layer.
    """
    if len(allowed) != len(layers):
        raise MetabolicError(f"expected a mask for each of {len(layers)} layers, got {len(allowed)}")
    with ExitStack() as stack:
        for layer, mask in zip(layers, allowed, strict=True):
            hook = partial(_with_mask, mask.unsqueeze(-1))
            stack.callback(layer.register_forward_pre_hook(hook, with_kwargs=True).remove)
        yield


def chosen_edges(
    attention: EdgeMap, which: Which, share: float, *, seed: int = 0
) -> Bool[Tensor, "*batch edges"]:
    """The edges that are left when each node loses, or keeps, a share of its neighbours.

    A node of degree d loses round(share · d) edges, those with the most attention on average over heads or as many
    random ones; so few neighbours never stand against many. Edges of a node to itself always stay.

    Raises:
        MetabolicError: the share lies outside 0 to 1.
    """
    if not 0 <= share <= 1:
        raise MetabolicError(f"expected a share from 0 to 1, got {share}")
    weight = attention.weights.mean(-1)
    if which in ("random", "keep_random"):
        random = torch.rand(weight.shape, generator=torch.Generator().manual_seed(seed))
        weight = random.to(weight)
    key, query = attention.edges
    others = key != query
    count = (share * query[others].bincount(minlength=attention.graph.queries)).round()
    first = rank_by_query(torch.where(others, weight, -1.0), attention.graph) < count[query]
    return ~others | (first if which in ("keep", "keep_random") else ~first)


def rank_by_query(weight: Float[Tensor, "*batch edges"], graph: SortedEdges) -> Float[Tensor, "*batch edges"]:
    """How many edges of the same query weigh more; equal ones count by their order."""
    query = graph.edges[1].expand(weight.shape)
    by_weight = weight.argsort(dim=-1, descending=True, stable=True)
    order = by_weight.gather(-1, query.gather(-1, by_weight).argsort(dim=-1, stable=True))
    before = graph.starts[query.gather(-1, order)]
    place = torch.arange(weight.shape[-1], device=weight.device) - before
    return torch.zeros_like(weight).scatter(-1, order, place.to(weight.dtype))


def _with_mask(allowed: Tensor, _: nn.Module, given: tuple, named: dict[str, Any]) -> tuple[tuple, dict]:
    mask = named.get("mask")
    if mask is not None:
        allowed = allowed & (mask.unsqueeze(-1) if mask.ndim == 1 else mask)
    return given, {**named, "mask": allowed}
