"""Groups of keys, from labels or from membership."""

import torch
from jaxtyping import Bool, Shaped
from torch import Tensor
from torch.nn import functional as F

from attention_core.errors import AttentionError


def membership(
    groups: Shaped[Tensor, "..."], batch: tuple[int, ...], tokens: int, axis: str = "keys"
) -> Bool[Tensor, "... tokens groups"]:
    """Boolean membership of keys, or of queries, in groups.

    Args:
        groups: an integer label from 0 for each token, `[tokens]` or `[*batch, tokens]`; or boolean membership,
            `[tokens, groups]` or `[*batch, tokens, groups]`.
        batch: the batch axes of the map.
        tokens: how many keys, or queries, the map has.
        axis: which of the two the tokens are.

    Raises:
        AttentionError: for another dtype, another shape, or a negative label.
    """
    if groups.is_floating_point() or groups.is_complex():
        raise AttentionError(f"groups are integer labels or boolean membership, not {groups.dtype}.")
    boolean = groups.dtype is torch.bool
    _check_shape(tuple(groups.shape), boolean, batch, tokens, axis)
    return groups if boolean else _one_hot(groups)


def _check_shape(
    shape: tuple[int, ...], boolean: bool, batch: tuple[int, ...], tokens: int, axis: str
) -> None:
    lead = len(shape) - (2 if boolean else 1)
    if lead not in (0, len(batch)) or shape[lead] != tokens or shape[:lead] not in ((), batch):
        last = f"[{axis}, groups]" if boolean else f"[{axis}]"
        raise AttentionError(
            f"groups of shape {list(shape)} do not fit a map with batch {list(batch)} and {tokens} {axis}.\n"
            f"  expected {last}, or the same behind the batch axes"
        )


def _one_hot(labels: Tensor) -> Tensor:
    if labels.numel() and int(labels.min()) < 0:
        raise AttentionError(
            f"the group label {int(labels.min())} is negative; labels count from 0.\n"
            "  give boolean membership where a token belongs to no group"
        )
    count = int(labels.max()) + 1 if labels.numel() else 0
    return F.one_hot(labels.long(), count).bool() if count else labels.bool().new_zeros(*labels.shape, 0)
