"""Statistics of some rows of an attention matrix that follow from the order of their weights."""

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.autograd import forward_ad

from attention_core.row_statistics import Rows


def histogram(rows: Rows, edges: Float[Tensor, " edges"]) -> Int[Tensor, "*batch rows bins"]:
    """How many allowed keys have a weight in each bin; a bin holds its lower edge, the last its upper too."""
    rising, sides = _rising(rows, rows.weights.detach()), rows.weights.shape[:-1]
    below = torch.searchsorted(rising, edges.expand(*sides, -1).contiguous())
    up_to_last = torch.searchsorted(rising, edges[-1:].expand(*sides, 1).contiguous(), right=True)
    # Keys that may not be attended come last.
    allowed = rows.allowed.sum(-1, keepdim=True)
    return torch.minimum(torch.cat([below[..., :-1], up_to_last], -1), allowed).diff()


def quantiles(rows: Rows, shares: Float[Tensor, " shares"]) -> Float[Tensor, "*batch rows shares"]:
    """Quantiles of the weights of the allowed keys, linear between neighbours; 0 in a row without."""
    if not rows.weights.shape[-1]:
        return rows.weights.new_zeros(*rows.weights.shape[:-1], len(shares))
    rising = _rising(rows, rows.weights)
    place = shares.to(rising.dtype) * (rows.allowed.sum(-1, keepdim=True) - 1).clamp_min(0)
    below, beyond = (rising.gather(-1, each.long()) for each in (place.floor(), place.ceil()))
    found = torch.lerp(below, beyond, (place - place.floor()).to(rising.dtype))
    return found.masked_fill(~rows.allowed.any(-1, keepdim=True), 0.0)


def _rising(rows: Rows, weights: Float[Tensor, "*batch rows keys"]) -> Float[Tensor, "*batch rows keys"]:
    """The weights of each row in rising order, infinity in place of those of keys that may not be attended."""
    comparable = weights.masked_fill(~rows.allowed, torch.inf)
    if not _is_plain(comparable):
        return comparable.sort(-1).values
    try:
        # Sorts several times as fast as torch, which also finds where each value was.
        return torch.from_numpy(np.sort(comparable.numpy(), -1))
    except RuntimeError:  # a transformed tensor is no array
        return comparable.sort(-1).values


def _is_plain(tensor: Tensor) -> bool:
    """Whether no gradient, tangent or compiled function would miss what happens to the numbers elsewhere."""
    if torch.compiler.is_compiling() or tensor.device.type != "cpu" or tensor.requires_grad:
        return False
    return forward_ad.unpack_dual(tensor).tangent is None
