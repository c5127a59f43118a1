import pytest
import torch

from attention_core import SortedEdges
from graph_attention.layers.attention_edges import AttentionEdges
from graph_attention.layers.network_edges import EDGE_KINDS


def every_pair(nodes: int, metabolites: int) -> AttentionEdges:
    """Edges between all nodes and to themselves, with kinds, coefficients and pathways of all sorts."""
    key, query = torch.cartesian_prod(torch.arange(nodes), torch.arange(nodes)).mT
    itself = key == query
    number = torch.arange(nodes * nodes)
    coefficient = torch.where(itself, 0.0, (1.0 + number % 3) * (-1.0) ** number).double()
    return AttentionEdges(
        edges=SortedEdges(torch.stack([key, query]), nodes),
        metabolites=metabolites,
        kind=torch.where(itself, len(EDGE_KINDS) - 1, number % 4),
        coefficient=coefficient,
        reversible=number % 2 == 0,
        pathway=number % 3,
        share=(number % 5) / 5.0,
        pathways=("one", "two"),
    )


def across(layer):
    """A layer over a network as cross-attention: keys are metabolites, queries reactions, who attend to them alone.

    `layer` takes nodes, edges and a mask `[batch, edges, 1]`.
    """
    from attention_core.testing import as_cross_attention

    def attend(tokens, pairs):
        nodes = tokens.shape[1]
        edges = every_pair(nodes, nodes // 2)
        key, query = edges.edges.edges
        return layer(tokens, edges, pairs[:, query, key].unsqueeze(-1))

    return as_cross_attention(attend)


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
