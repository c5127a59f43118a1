"""What a layer over a metabolic network costs: `uv run tools/bench_graph_attention.py [part …] [--repeats 9] [--json]`.

iJO1366 and copies of it side by side, 64 features, 8 heads, forward and backward, one thread. Each row is one layer of
this house beside PyG's `TransformerConv` in the same place, or beside torch's encoder layer over the conditions of each
node, both measured in turn in one run: CPU milliseconds are the least of all repeats, ratios the median of the pairs.
Memory is what one step adds to the resident memory of a process of its own, the sorting of the edges included; tensors
that were let go of are given back at once, so that it is what lives at the same time.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"  # read when NumPy is imported: idle threads would be counted as work

import argparse
import math
import statistics
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import torch
from attention_rows.row import peak_memory, seconds
from torch import Tensor, nn

from graph_attention import (
    AttentionEdges,
    ConditionCrossAttention,
    EdgeHeads,
    MetabolicGraph,
    MetabolicMultiHeadAttention,
    SelfAttention,
    Stoichiometry,
)
from searchlight import console

DIM, HEADS, CONDITIONS, COPIES = 64, 8, 3, (1, 2, 4, 8)
Step = Callable[[], None]

# What importing and warming up have freed is given back, or the step would find its first megabytes there.
PREPARATION = """
import ctypes, sys
sys.path.insert(0, {tools!r})
import bench_graph_attention as bench
small, step = bench.PARTS[{part!r}][{side}](0), bench.PARTS[{part!r}][{side}]({copies})
def warm_up():
    small()
    ctypes.CDLL(None).malloc_trim(0)
"""


@dataclass(frozen=True)
class Cost:
    """A layer beside the one it is compared with, on one size of network."""

    layer: str
    copies: int
    edges: int
    milliseconds: float
    reference_milliseconds: float
    ratio: float
    megabytes: float
    reference_megabytes: float


@cache
def edges_of(copies: int) -> AttentionEdges:
    """Copies of iJO1366; e_coli_core for 0."""
    if not copies:
        return AttentionEdges.of(MetabolicGraph.bundled("e_coli_core"))
    graph = MetabolicGraph.bundled("iJO1366")
    return AttentionEdges.of(graph if copies == 1 else graph.replicate(copies))


class PyGHeads(nn.Module):
    """PyG's convolution on the same edges and features."""

    def __init__(self):
        super().__init__()
        from torch_geometric.nn import TransformerConv

        self.convolution = TransformerConv(
            DIM, DIM // HEADS, HEADS, edge_dim=Stoichiometry.width, root_weight=False
        )

    def forward(self, nodes: Tensor, edges: AttentionEdges) -> Tensor:
        """Values, and weights let go of."""
        return self.convolution(nodes, edges.edges.edges, edges.stoichiometry)


class PyGLayer(nn.Module):
    """The same pre-norm layer with PyG's convolution inside."""

    def __init__(self):
        super().__init__()
        self.norm, self.heads, self.out = nn.LayerNorm(DIM), PyGHeads(), nn.Linear(DIM, DIM)
        self.feed_forward = nn.Sequential(
            nn.LayerNorm(DIM), nn.Linear(DIM, 4 * DIM), nn.GELU(), nn.Linear(4 * DIM, DIM)
        )

    def forward(self, nodes: Tensor, edges: AttentionEdges) -> Tensor:
        """Attend and transform, each beside what was there: x + W Convolution(norm(x)), then h + FeedForward(h)."""
        nodes = nodes + self.out(self.heads(self.norm(nodes), edges))
        return nodes + self.feed_forward(nodes)


class TorchConditions(nn.Module):
    """Torch's pre-norm layer over the conditions of each node, which gives no weights."""

    def __init__(self):
        super().__init__()
        options = {"activation": "gelu", "batch_first": True, "norm_first": True}
        self.layer = nn.TransformerEncoderLayer(DIM, HEADS, 4 * DIM, 0.0, **options)

    def forward(self, conditions: Tensor) -> Tensor:
        """Nodes as batch, conditions as tokens."""
        return self.layer(conditions.transpose(0, 1))


class OverConditions(nn.Module):
    """A layer that is given every node in three conditions."""

    def __init__(self, layer: nn.Module):
        super().__init__()
        self.layer = layer

    def forward(self, nodes: Tensor, edges: AttentionEdges) -> Tensor:
        """Conditions made of the nodes themselves."""
        return self.layer(nodes * torch.arange(1.0, CONDITIONS + 1)[:, None, None])


class Values(nn.Module):
    """A layer of ours without its map, which is not asked."""

    def __init__(self, layer: nn.Module):
        super().__init__()
        self.layer = layer

    def forward(self, *given: Tensor | AttentionEdges) -> Tensor:
        """Values alone."""
        return self.layer(*given).values


def both_ways(make: Callable[[], nn.Module]) -> Callable[[int], Step]:
    """Forward and backward of a layer on so many copies."""

    def prepared(copies: int) -> Step:
        torch.set_num_threads(1)
        torch.manual_seed(0)
        edges, layer = edges_of(copies), make()
        nodes = torch.randn(edges.nodes, DIM, requires_grad=True)
        _ = edges.stoichiometry
        return lambda: layer(nodes, edges).sum().backward()

    return prepared


PARTS: dict[str, tuple[Callable[[int], Step], Callable[[int], Step]]] = {
    "heads": (
        both_ways(lambda: Values(EdgeHeads(DIM, HEADS, features=Stoichiometry()))),
        both_ways(PyGHeads),
    ),
    "SelfAttention": (
        both_ways(lambda: Values(SelfAttention(DIM, HEADS, features=Stoichiometry()))),
        both_ways(PyGLayer),
    ),
    "MetabolicMultiHeadAttention": (
        both_ways(lambda: Values(MetabolicMultiHeadAttention(DIM, HEADS))),
        both_ways(PyGLayer),
    ),
    "ConditionCrossAttention": (
        both_ways(lambda: OverConditions(Values(ConditionCrossAttention(DIM, HEADS)))),
        both_ways(lambda: OverConditions(TorchConditions())),
    ),
}


def times(part: str, copies: int, repeats: int) -> tuple[float, float, float]:
    """Least milliseconds of ours and of theirs, and the median of their ratios; which goes first alternates."""
    steps = [prepare(copies) for prepare in PARTS[part]]
    for step in steps:
        step()
    taken = []
    for repeat in range(repeats):
        order = (0, 1) if repeat % 2 else (1, 0)
        found = {side: seconds(steps[side]) for side in order}
        taken.append((found[0], found[1]))
    ours, theirs = (1000 * min(each) for each in zip(*taken, strict=True))
    return ours, theirs, statistics.median(mine / other for mine, other in taken)


def megabytes(part: str, side: int, copies: int) -> float:
    """Memory that a step adds, in a process of its own."""
    tools = str(Path(__file__).parent)
    preparation = PREPARATION.format(tools=tools, part=part, side=side, copies=copies)
    os.environ["MALLOC_MMAP_THRESHOLD_"] = "65536"  # read when the process starts
    return peak_memory(preparation, "step()") / 2**20


def costs(part: str, repeats: int) -> Iterator[Cost]:
    """All sizes of one part."""
    for copies in COPIES:
        ours, theirs, ratio = times(part, copies, repeats)
        memory = [megabytes(part, side, copies) for side in (0, 1)]
        yield Cost(part, copies, len(edges_of(copies)), ours, theirs, ratio, *memory)


def slope(found: list[Cost], of: str) -> float:
    """The exponent b of cost ∝ edges^b, by least squares on logarithms."""
    x = [math.log(cost.edges) for cost in found]
    y = [math.log(getattr(cost, of)) for cost in found]
    return statistics.linear_regression(x, y).slope


def verdicts(found: list[Cost]) -> Iterator[tuple[str, float, float]]:
    """The figures that have a target: what, measured, at most."""
    once, most = found[0], found[-1]
    if once.layer != "ConditionCrossAttention":  # which sees every node three times
        yield "milliseconds on iJO1366", once.milliseconds, 50
        yield "megabytes on iJO1366", once.megabytes, 100
    yield "time over theirs on iJO1366", once.ratio, 1.1
    yield f"time over theirs × {most.copies}", most.ratio, 0.9
    yield f"memory × {most.copies} over × 1", most.megabytes / once.megabytes, 8
    yield "exponent of time in edges", slope(found, "milliseconds"), 1.1


def show(part: str, found: list[Cost]) -> None:
    """Two tables: costs by size, and figures beside their targets."""
    columns = ["network", "edges", "ms", "theirs", "ratio", "MB", "theirs"]
    rows = [
        [
            f"× {cost.copies}",
            str(cost.edges),
            f"{cost.milliseconds:.1f}",
            f"{cost.reference_milliseconds:.1f}",
            f"{cost.ratio:.2f}",
            f"{cost.megabytes:.0f}",
            f"{cost.reference_megabytes:.0f}",
        ]
        for cost in found
    ]
    console.show_table(columns, rows, title=f"\n{part}")
    reached = [
        [what, f"{measured:.3g}", f"≤ {most:g}", "yes" if measured <= most else "no"]
        for what, measured, most in verdicts(found)
    ]
    console.show_table(["figure", "measured", "target", "reached"], reached)


def main() -> None:
    """Print the tables, or the costs for a machine."""
    parser = argparse.ArgumentParser(description="What a layer over a metabolic network costs.")
    parser.add_argument(
        "parts", nargs="*", choices=[*PARTS, []], help="which layers; all where none is named"
    )
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--json", action="store_true", help="print for a machine")
    options = parser.parse_args()
    torch.set_num_threads(1)
    every = []
    for part in options.parts or PARTS:
        found = list(costs(part, options.repeats))
        every += [asdict(cost) for cost in found]
        if not options.json:
            show(part, found)
    if options.json:
        console.show_json(every)


if __name__ == "__main__":
    main()
