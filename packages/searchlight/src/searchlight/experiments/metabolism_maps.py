"""What is kept of the attention maps of a metabolic model: for each medium and node, not for each edge."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from attention_core import AttentionMap


def stored_maps(outputs: Sequence[Any]) -> dict[str, np.ndarray]:
    """`layer<k>/inflow` and `layer<k>/entropy` `[media, nodes]`, the mean over heads, in half precision.

    Inflow is the attention that a node receives from all nodes. Entropy is that of what a node attends to, over
    the logarithm of how many it may attend to: 1 is uniform; a node that attends to itself alone counts as 1.
    """
    layers = range(len(outputs[0].attention))
    maps = {f"layer{number + 1}": [output.attention[number] for output in outputs] for number in layers}
    return {
        f"{layer}/{name}": np.concatenate([half(summarise(each)) for each in chunks])
        for layer, chunks in maps.items()
        for name, summarise in (("inflow", inflow), ("entropy", normalised_entropy))
    }


def inflow(attention: AttentionMap) -> Tensor:
    """Σ_i p_ij, the mean over heads."""
    return attention.received().mean(-2)


def normalised_entropy(attention: AttentionMap) -> Tensor:
    """H_i / ln(degree of i), the mean over heads."""
    entropy = attention.entropy().mean(-2)
    degrees = attention.graph.degrees[0].to(entropy.dtype)  # type: ignore[attr-defined]
    return torch.where(degrees > 1, entropy / degrees.clamp(min=2).log(), 1.0)


def half(values: Tensor) -> np.ndarray:
    """As it is stored."""
    return values.detach().cpu().numpy().astype(np.float16)
