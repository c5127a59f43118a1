"""One attention layer, forward and backward, on copies of the network."""

import gc
import time
from typing import TYPE_CHECKING

import polars as pl
import torch
from torch import Tensor
from torch.autograd.graph import saved_tensors_hooks

from graph_attention.explanations.closed_edges import attention_layers
from graph_attention.layers.attention_edges import AttentionEdges
from graph_attention.layers.self_attention import SelfAttention
from graph_attention.model.transformer import MetabolicTransformer
from searchlight.experiments.base import Evaluation

if TYPE_CHECKING:
    from searchlight.experiments.metabolism import Metabolism

COPIES = (1, 2, 4, 8)
REPEATS = 5


def evaluate(experiment: "Metabolism", model: MetabolicTransformer) -> Evaluation:
    """One row per number of copies and repeat: `edges`, `seconds` of CPU time of one thread, `bytes` kept for backward.

    Repeats of all sizes take turns, so that what else runs on the machine slows none more than another.
    """
    layer = attention_layers(model)[0]
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        sized = {copies: AttentionEdges.of(experiment.graph.replicate(copies)) for copies in COPIES}
        for edges in sized.values():
            timed(layer, edges)  # the first call on a network sorts its edges
        found = [
            (copies, repeat, *timed(layer, edges))
            for repeat in range(REPEATS)
            for copies, edges in sized.items()
        ]
    finally:
        torch.set_num_threads(threads)
    table = pl.DataFrame(found, schema=["copies", "step", "edges", "seconds", "bytes"], orient="row")
    return Evaluation(
        table.with_columns(
            split=pl.lit("scaling"),
            item=pl.format("×{}", "copies"),
            group=pl.col("copies"),
            target=pl.col("edges").cast(pl.Float64),
            prediction=pl.col("seconds"),
            score=pl.col("seconds"),
        )
    )


def timed(layer: SelfAttention, edges: AttentionEdges) -> tuple[int, float, int]:
    """Edges, CPU seconds forward and backward, and bytes of what backward needs."""
    kept: dict[int, int] = {}

    def keep(tensor: Tensor) -> Tensor:
        kept[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    nodes = torch.zeros(edges.nodes, layer.norm.normalized_shape[0]).normal_(
        generator=torch.Generator().manual_seed(0)
    )
    nodes.requires_grad_()
    gc.collect()
    with torch.enable_grad():
        began = time.thread_time()
        with saved_tensors_hooks(keep, lambda tensor: tensor):
            found = layer(nodes, edges).values.square().sum()
        torch.autograd.grad(found, [nodes, *layer.parameters()])
    return len(edges), time.thread_time() - began, sum(kept.values())
