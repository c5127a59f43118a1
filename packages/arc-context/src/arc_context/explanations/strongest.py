"""The support cells that each test cell attends most, without the whole map at once."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from arc_context.pictures.looks import Looks
from attention_core import AttentionMap

BLOCK = 64
"""Rows of a map that are made at once."""


def looks_of(
    maps: Sequence[AttentionMap],
    names: Sequence[str],
    queries: Int[Tensor, " cells"],
    settled: Bool[Tensor, "cells keys"],
    kept: int,
) -> Looks:
    """What some queries of one episode attend, in each of its maps `[1, heads, queries, keys]`.

    Args:
        maps: the looks.
        names: what they are called.
        queries: the rows that are asked.
        settled: the keys that settle each of them.
        kept: how many keys of each row are kept, the strongest.
    """
    told = [_look(each, queries, settled, kept) for each in maps]
    return Looks(tuple(names), *(np.stack(part) for part in zip(*told, strict=True)))


def _look(attention: AttentionMap, queries: Tensor, settled: Tensor, kept: int) -> tuple[np.ndarray, ...]:
    blocks = [
        _rows(attention.rows(queries[start : start + BLOCK])[0], settled[start : start + BLOCK], kept)
        for start in range(0, len(queries), BLOCK)
    ]
    return tuple(torch.cat(part, dim=1).cpu().numpy() for part in zip(*blocks, strict=True))


def _rows(
    rows: Float[Tensor, "heads cells keys"], settled: Bool[Tensor, "cells keys"], kept: int
) -> tuple[Tensor, ...]:
    """Places, weights, mass on what settles, and exp H of some rows; the mean of heads is the first head."""
    weights = torch.cat([rows.mean(0, keepdim=True), rows]).double()
    strongest = weights.topk(min(kept, weights.shape[-1]))
    mass = torch.where(settled.any(-1), (weights * settled).sum(-1), torch.nan)
    spread = torch.special.entr(weights).sum(-1).exp()
    return strongest.indices, strongest.values.float(), mass.float(), spread.float()
