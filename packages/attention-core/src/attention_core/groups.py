"""Groups of keys, from labels or from membership."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Bool, Shaped
from torch import Tensor

from attention_core.checks import check_same
from attention_core.errors import AttentionError

Groups = Shaped[Tensor, "..."] | Shaped[np.ndarray, "..."] | Sequence
# Labels beyond it, and beyond the tokens, are names or hashes, whose membership would fill memory.
MOST_GROUPS = 2**16


def membership(
    groups: Groups, sides: tuple[int, ...], device: torch.device, axis: str = "keys"
) -> Bool[Tensor, "... tokens groups"]:
    """Boolean membership of keys, or of queries, in groups.

    Args:
        groups: an integer label from 0 for each token, `[tokens]` or `[*batch, tokens]`; or boolean membership,
            `[tokens, groups]` or `[*batch, tokens, groups]`.
        sides: the batch axes of the map, and how many keys, or queries, it has.
        device: where the map is.
        axis: which of the two the tokens are.

    Raises:
        AttentionError: for another dtype, shape or device, or a label that is negative or far out of range.
    """
    groups = _as_tensor(groups, device)
    check_same("groups", groups.device, "the map", device)
    if groups.is_floating_point() or groups.is_complex():
        raise AttentionError(f"groups are integer labels or boolean membership, not {groups.dtype}.")
    boolean = groups.dtype is torch.bool
    _check_shape(tuple(groups.shape), boolean, sides, axis)
    return groups if boolean else _one_hot(groups)


def _as_tensor(groups: Groups, device: torch.device) -> Tensor:
    if isinstance(groups, Tensor):
        return groups
    try:
        found = torch.as_tensor(groups, device=device)
    except (TypeError, ValueError, RuntimeError) as error:
        raise AttentionError(f"groups are integer labels or boolean membership: {error}.") from error
    return found if found.numel() else found.long()


def _check_shape(shape: tuple[int, ...], boolean: bool, sides: tuple[int, ...], axis: str) -> None:
    *batch, tokens = sides
    lead = len(shape) - (2 if boolean else 1)
    if lead not in (0, len(batch)) or shape[lead] != tokens or shape[:lead] not in ((), sides[:-1]):
        last = f"[{axis}, groups]" if boolean else f"[{axis}]"
        raise AttentionError(
            f"groups of shape {list(shape)} do not fit a map with batch {batch} and {tokens} {axis}.\n"
            f"  expected {last}, or the same behind the batch axes"
        )


def _one_hot(labels: Tensor) -> Tensor:
    if labels.numel() and int(labels.min()) < 0:
        raise AttentionError(
            f"the group label {int(labels.min())} is negative; labels count from 0.\n"
            "  give boolean membership where a token belongs to no group"
        )
    count, most = int(labels.max()) + 1 if labels.numel() else 0, max(MOST_GROUPS, labels.shape[-1])
    if count > most:
        raise AttentionError(
            f"the group label {count - 1} of {labels.shape[-1]} tokens is out of range; expected 0 to {most - 1}.\n"
            "  torch.unique(groups, return_inverse=True)[1] counts groups from 0"
        )
    return labels.unsqueeze(-1) == torch.arange(count, device=labels.device)
