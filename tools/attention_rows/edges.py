"""Rows of attention along the edges of a graph as large as a metabolic network: metabolites, reactions, hubs."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from attention_rows.row import Row, peak_memory, time_ratio
from torch import Tensor, nn

from attention_core import EdgeAttention, SortedEdges

NODES, EDGES, DIM, HEADS, EDGE_DIM = 2500, 24_754, 64, 8, 2
SETTING = f"{NODES} nodes, {EDGES / 1000:.0f}k edges, {DIM} dim, {HEADS} heads"

# What importing and warming up have freed is given back, or the step would find its first megabytes there.
PREPARATION = """
import ctypes, sys
sys.path.insert(0, {tools!r})
from attention_rows import edges
small, step = edges.{side}(0), edges.{side}({copies})
def warm_up():
    small()
    ctypes.CDLL(None).malloc_trim(0)
"""


def some_edges(copies: int) -> Tensor:
    """A graph with hubs, sorted by query, beside copies of itself; a graph of a few edges for 0 copies."""
    random = torch.Generator().manual_seed(0)
    share = torch.arange(1, NODES + 1).float() ** -0.7
    count = EDGES if copies else 16
    edges = torch.stack([share.multinomial(count, True, generator=random) for _ in range(2)])
    edges = edges[:, (edges[1] * NODES + edges[0]).argsort()]
    return torch.cat([edges + NODES * copy for copy in range(max(1, copies))], 1)


def inputs(copies: int) -> tuple[Tensor, Tensor, Tensor]:
    """Nodes, edges and features of edges."""
    edges = some_edges(copies)
    nodes = torch.randn(NODES * max(1, copies), DIM, requires_grad=True)
    return nodes, edges, torch.randn(edges.shape[1], EDGE_DIM)


def both_ways(layer: Callable[[], Tensor]) -> Callable[[], None]:
    """Forward and backward."""
    return lambda: layer().sum().backward()


def ours(copies: int) -> Callable[[], None]:
    """Edge attention; the graph is sorted at the first call."""
    nodes, edges, features = inputs(copies)
    module, graph = EdgeAttention(DIM, HEADS, edge_dim=EDGE_DIM), SortedEdges(edges, len(nodes))
    return both_ways(lambda: module(nodes, graph, features=features).values)


def pyg(copies: int) -> Callable[[], None]:
    """PyG's convolution with the same parameters."""
    from torch_geometric.nn import TransformerConv

    nodes, edges, features = inputs(copies)
    module = TransformerConv(DIM, DIM // HEADS, HEADS, edge_dim=EDGE_DIM, root_weight=False)
    return both_ways(lambda: module(nodes, edges, features))


def dense(copies: int) -> Callable[[], None]:
    """A softmax over all pairs, those without an edge masked, which keeps its weights; no features of edges."""
    nodes, edges, _ = inputs(copies)
    project = nn.Linear(DIM, 3 * DIM)
    absent = torch.ones(len(nodes), len(nodes), dtype=torch.bool)
    absent[edges[1], edges[0]] = False

    def attended() -> Tensor:
        query, key, value = (
            each.unflatten(-1, (HEADS, -1)).transpose(0, 1) for each in project(nodes).chunk(3, -1)
        )
        scores = (query @ key.mT / math.sqrt(DIM / HEADS)).masked_fill(absent, -1e30)
        return (scores.softmax(-1) @ value).transpose(0, 1).flatten(1)

    return both_ways(attended)


def added(side: str, copies: int, threads: int) -> int:
    """Bytes that a step adds, sorting included."""
    tools = str(Path(__file__).parents[1])
    preparation = PREPARATION.format(tools=tools, side=side, copies=copies)
    return peak_memory(preparation, "step()", threads)


def rows(threads: int) -> Iterator[Row]:
    """Time against the matrix and against PyG, memory against PyG and against a smaller graph."""
    faster = 1 / time_ratio(ours(1), dense(1), repeats=3)
    yield Row("edge attention: times faster than dense, masked", SETTING, faster, 50, 90, more_is_better=True)
    for copies, must in ((1, 1.1), (8, 0.9)):
        ratio = time_ratio(ours(copies), pyg(copies), repeats=9)
        yield Row(
            "edge attention: time over PyG's TransformerConv", f"{SETTING}, × {copies}", ratio, must, 0.8
        )
    once, eightfold = added("ours", 1, threads), added("ours", 8, threads)
    yield Row("edge attention: memory of 8 such graphs over that of one", SETTING, eightfold / once, 8)
    over_pyg = eightfold / added("pyg", 8, threads)
    yield Row("edge attention: memory over PyG's TransformerConv", f"{SETTING}, × 8", over_pyg, 1)
