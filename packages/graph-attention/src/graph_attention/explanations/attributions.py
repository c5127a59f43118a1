"""Attributions to the nodes of a network, from the maps of its attention layers or from a gradient."""

from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from attention_core import AttentionMap, EdgeMap, rollout
from graph_attention.errors import MetabolicError

Maps = Sequence[EdgeMap]
Nodes = Float[Tensor, "*batch nodes"]


def inflow(maps: Sequence[AttentionMap]) -> Nodes:
    """Mean over layers and heads of the attention that each node receives.

    Raises:
        MetabolicError: there are no maps.
    """
    _check(maps)
    return torch.stack([each.received().mean(-2) for each in maps]).mean(0)


def rolled_out(maps: Sequence[AttentionMap], targets: Float[Tensor, " nodes"]) -> Nodes:
    """What the targets attend through all layers, with half of every layer passing by it.

        s = R^T t,   R = Â_L ⋯ Â_1

    Attention rollout, Abnar and Zuidema 2020.

    Raises:
        MetabolicError: there are no maps.
    """
    _check(maps)
    return rollout(maps).apply_transposed(targets.unsqueeze(-1)).squeeze(-1).squeeze(-2)


def gatt_edges(maps: Maps, targets: Float[Tensor, " nodes"]) -> Float[Tensor, "*batch edges"]:
    """Share of every edge in the computation trees of the targets: the weights on all paths through it.

        φ_ij = Σ_l [t^T A_L ⋯ A_(l+1)]_i (A_l)_ij

    A_l is the mean over heads. GAtt, Shin et al. 2025 (arXiv 2406.04612).

    Raises:
        MetabolicError: there are no maps, or they are not on the same edges.
    """
    _check(maps)
    if any(each.graph is not maps[0].graph and not torch.equal(each.edges, maps[0].edges) for each in maps):
        raise MetabolicError("maps are on different edges; expected those of the layers of one network")
    reach = targets.to(maps[0].dtype).expand(*maps[0].shape[:-3], -1)
    found = torch.zeros_like(maps[0].weights[..., 0])
    for each in reversed(maps):
        found = found + reach[..., each.edges[1]] * each.weights.mean(-1)
        reach = each.apply_transposed(reach[..., None, :, None]).squeeze(-1).mean(-2)
    return found


def gatt(maps: Maps, targets: Float[Tensor, " nodes"]) -> Nodes:
    """GAtt of all edges by which other nodes attend a node."""
    shares = gatt_edges(maps, targets)
    key, query = maps[0].edges
    others = shares * (key != query)
    return others.new_zeros(*others.shape[:-1], maps[0].shape[-1]).index_add(-1, key, others)


def input_gradient(
    layer: nn.Module, output: Callable[[], Float[Tensor, " batch"]]
) -> Float[Tensor, "batch nodes"]:
    """Length of the gradient of an output with respect to the nodes that enter a layer.

        s_n = ‖ ∂y / ∂x_n ‖₂

    `output` runs the model; whatever reaches it on ways around the layer does not count.

    Raises:
        MetabolicError: the output was made without the layer.
    """
    entered: list[Tensor] = []

    def held(_: nn.Module, given: tuple) -> tuple:
        entered.append(given[0].detach().requires_grad_())
        return (entered[-1], *given[1:])

    handle = layer.register_forward_pre_hook(held)
    try:
        with torch.enable_grad():
            found = output().sum()
    finally:
        handle.remove()
    if not (entered and found.requires_grad):
        raise MetabolicError(f"the output does not depend on what enters {type(layer).__name__}")
    (gradient,) = torch.autograd.grad(found, entered[-1])
    return gradient.norm(dim=-1)


def neighbours(edges: Int[Tensor, "2 edges"], nodes: int) -> Float[Tensor, " nodes"]:
    """How many other nodes attend each node: what attention would find if it knew the network alone."""
    key, query = edges
    return key[key != query].bincount(minlength=nodes).float()


def _check(maps: Sequence[AttentionMap]) -> None:
    if not maps:
        raise MetabolicError(
            "no maps to attribute with; expected those of the layers, the first layer's first"
        )
