"""What is kept of attention between detections: how much each receives, and how widely it looks."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from attention_core import AttentionMap, rollout
from object_persistence.tokens.batch import TokenBatch
from object_persistence.tokens.padded import unpad_rows


def stored_maps(found: Sequence[tuple[TokenBatch, Any]]) -> dict[str, np.ndarray]:
    """`layer<k>/received`, `layer<k>/entropy` and `rollout/received`, one number per detection; nothing without maps.

    Received attention is the mean over heads, and 1.0 is its mean over the detections of a clip. Entropy is over
    the logarithm of how many detections there are: 1 is uniform, and a detection that is alone counts as 1.
    """
    if not found or not found[0][1].attention:
        return {}
    kept: dict[str, list[Tensor]] = {}
    for batch, output in found:
        for name, values in summaries(output.attention, output.mask).items():
            kept.setdefault(name, []).extend(unpad_rows(values, batch.index))
    return {name: torch.cat(parts).float().cpu().numpy() for name, parts in kept.items()}


def summaries(maps: Sequence[AttentionMap], mask: Bool[Tensor, "batch tokens"]) -> dict[str, Tensor]:
    """The same of one chunk, padded: `[batch, tokens]`."""
    told = {}
    for number, attention in enumerate(maps, 1):
        told[f"layer{number}/received"] = received(attention, mask)
        told[f"layer{number}/entropy"] = normalised_entropy(attention, mask)
    # What padding leaves in the residual path of a rollout never reaches a detection, nor comes from one.
    through = rollout(maps).apply_transposed(mask.to(maps[0].dtype)[:, None, :, None])
    told["rollout/received"] = to_mean_one(through[:, 0, :, 0], mask)
    return told


def received(attention: AttentionMap, mask: Bool[Tensor, "batch tokens"]) -> Float[Tensor, "batch tokens"]:
    """Σ_i p_ij, the mean over heads, over its mean among the detections of a clip."""
    return to_mean_one(attention.received().mean(-2), mask)


def to_mean_one(
    values: Float[Tensor, "batch tokens"], mask: Bool[Tensor, "batch tokens"]
) -> Float[Tensor, "batch tokens"]:
    """Values over their mean among what the mask keeps."""
    kept = values * mask
    mean = kept.sum(-1, keepdim=True) / mask.sum(-1, keepdim=True).clamp_min(1)
    return kept / mean.clamp_min(torch.finfo(values.dtype).tiny)


def normalised_entropy(
    attention: AttentionMap, mask: Bool[Tensor, "batch tokens"]
) -> Float[Tensor, "batch tokens"]:
    """H_i / ln n, n the detections of the clip, the mean over heads."""
    entropy = attention.entropy().mean(-2)
    count = mask.sum(-1, keepdim=True).to(entropy.dtype)
    return torch.where(count > 1, entropy / count.clamp_min(2).log(), 1.0)
