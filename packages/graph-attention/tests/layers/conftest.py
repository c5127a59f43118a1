import pytest
import torch

from attention_core import Attended, DenseMap, SortedEdges
from graph_attention.layers.attention_edges import AttentionEdges
from graph_attention.layers.network_edges import SELF


def from_keys_to_queries(keys: int, queries: int) -> AttentionEdges:
    """Keys as metabolites, each a product of every query, which are reactions; and each node to itself."""
    nodes = keys + queries
    itself = torch.arange(nodes).expand(2, -1)
    pairs = torch.cartesian_prod(torch.arange(keys, nodes), torch.arange(keys)).mT.flip(0)
    made, alone = torch.ones(keys * queries), torch.zeros(nodes)
    return AttentionEdges(
        edges=SortedEdges(torch.cat([pairs, itself], 1), nodes),
        metabolites=keys,
        kind=torch.cat([made.long(), alone.long() + SELF]),
        coefficient=torch.cat([2 * made, alone]),
        reversible=torch.cat([made, alone]) > 0,
        pathway=torch.cat([made, alone]).long(),
        share=torch.cat([0.5 * made, alone + 1]),
        pathways=("one", "two"),
    )


def across(layer):
    """A layer over a network as cross-attention: reactions attend to metabolites, and nobody to himself.

    `layer` takes nodes, edges and a mask `[batch, edges, 1]`.
    """

    def attend(query, key, mask):
        keys = key.shape[1]
        edges = from_keys_to_queries(keys, query.shape[1])
        allowed = torch.zeros(len(query), len(edges), 1, dtype=torch.bool)
        allowed[:, : keys * query.shape[1], 0] = True if mask is None else mask.flatten(1)
        values, attention = layer(torch.cat([key, query], 1), edges, allowed)
        block = (..., slice(keys, None), slice(keys))
        return Attended(values[:, keys:], DenseMap(attention.dense()[block], attention.allowed()[block]))

    return attend


@pytest.fixture(scope="session")
def core_edges(e_coli_core):
    return AttentionEdges.of(e_coli_core)


@pytest.fixture(scope="session")
def toy_edges(toy):
    return AttentionEdges.of(toy)


@pytest.fixture(scope="session")
def as_network_layer():
    return across


@pytest.fixture(scope="session")
def idle_parameters():
    """Names of the parameters that a loss of some outputs leaves without a gradient, or with none but zeros."""

    def idle(module, outputs):
        module.zero_grad()
        for parameter in module.parameters():  # an aggregator's scores start at zero, and hide what is behind
            parameter.data += 0.1 * torch.randn(parameter.shape, dtype=parameter.dtype)
        outputs().double().sin().sum().backward()
        return [
            name
            for name, parameter in module.named_parameters()
            if parameter.grad is None or not parameter.grad.abs().max() > 1e-9
        ]

    return idle
