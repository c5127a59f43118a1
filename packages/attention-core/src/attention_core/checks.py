"""What belongs together, and the sentences for what does not."""

import math

import numpy as np
import torch
from torch import Tensor

from attention_core.errors import AttentionError

MAP_AXES = "[*batch, heads, queries, keys]"
DENSE_LIMIT = 4 * 2**30


class Versions:
    """The state of tensors when a map was made of them."""

    def __init__(self, **tensors: Tensor):
        self.tensors = tensors
        self.versions = {name: _version(tensor) for name, tensor in self.tensors.items()}
        self.places = {name: _place(tensor) for name, tensor in self.tensors.items()}

    def check(self) -> None:
        """Refuse tensors that have been changed in place, freed or filled with other data since."""
        for name, tensor in self.tensors.items():
            if _version(tensor) != self.versions[name]:
                raise AttentionError(
                    f"{name} {list(tensor.shape)} was changed in place after its map was made.\n"
                    "  ask the map before, or give attend a copy"
                )
            if _freed(tensor):
                raise AttentionError(
                    f"the memory of {name} {list(tensor.shape)} was freed after its map was made.\n"
                    "  ask the map before, or give attend a copy"
                )
            if _place(tensor) != self.places[name]:
                raise AttentionError(
                    f"{name} {list(tensor.shape)} was given other data after its map was made.\n"
                    "  ask the map before, or give attend a copy"
                )


def _version(tensor: Tensor) -> int | None:
    """How often a tensor was changed; None where torch does not count."""
    return None if tensor.is_inference() else tensor._version


def _place(tensor: Tensor) -> tuple[object, ...]:
    """Shape, and where in memory it is, which an assignment to `data` changes and torch does not count."""
    try:
        return tensor.shape, tensor.stride(), tensor.data_ptr()
    except RuntimeError:  # a transformed tensor has no memory of its own
        return (tensor.shape,)


def _freed(tensor: Tensor) -> bool:
    try:
        return tensor.numel() > 0 and tensor.untyped_storage().size() == 0
    except RuntimeError:  # a transformed tensor has no storage of its own
        return False


def _holds(condition: Tensor) -> bool:
    """Whether all of a condition holds; compiled code, which knows no numbers, takes it for granted."""
    return torch.compiler.is_compiling() or bool(condition.all())


def broadcasts_to(shape: tuple[int, ...], target: tuple[int, ...]) -> bool:
    """Whether a tensor of `shape` can be expanded to `target`."""
    tail = target[len(target) - len(shape) :]
    return len(shape) <= len(target) and all(
        size in (1, wanted) for size, wanted in zip(shape, tail, strict=True)
    )


def check_heads(dim: int, heads: int) -> None:
    """Refuse heads that cannot share a width."""
    if heads < 1 or dim % heads:
        raise AttentionError(
            f"dim {dim} cannot be split over {heads} heads; give a number of heads that divides it."
        )


def check_dropout(dropout: float) -> None:
    """Refuse a dropout that is no share."""
    if not 0 <= dropout < 1:
        raise AttentionError(f"dropout is {dropout}; expected a share in [0, 1).")


def check_same(name: str, got: object, other: str, expected: object) -> None:
    """Refuse a tensor of another dtype or on another device than its partner."""
    if got != expected:
        raise AttentionError(f"{name} is {got} and {other} is {expected}; give both the same.")


def check_floating(name: str, tensor: Tensor) -> None:
    """Refuse integers, booleans and complex numbers."""
    if not tensor.is_floating_point():
        raise AttentionError(
            f"{name} {list(tensor.shape)} is {tensor.dtype}; expected floating point, such as {name}.float()."
        )


def check_pair(query: Tensor, key: Tensor) -> None:
    """Refuse query and key that do not belong together, or of which no scores are made."""
    check_floating("query", query)
    check_same("key", key.dtype, "query", query.dtype)
    check_same("key", key.device, "query", query.device)
    shapes = f"query {list(query.shape)} and key {list(key.shape)}"
    if query.ndim < 3 or key.ndim != query.ndim or query.shape[:-3] != key.shape[:-3]:
        raise AttentionError(
            f"{shapes} do not agree; expected [*batch, heads, tokens, dim] with the same batch."
        )
    if query.shape[-1] != key.shape[-1]:
        raise AttentionError(f"{shapes} have dim {query.shape[-1]} and {key.shape[-1]}; expected the same.")
    if not query.shape[-1]:
        raise AttentionError(f"{shapes} have heads of dim 0; expected 1 or more.")
    if not key.shape[-3] or query.shape[-3] % key.shape[-3]:
        raise AttentionError(
            f"{shapes} have {query.shape[-3]} and {key.shape[-3]} heads.\n"
            "  expected as many, or a number of key heads that divides the query heads"
        )


def check_value(key: Tensor, value: Tensor) -> None:
    """Refuse a value that does not belong to its key."""
    check_same("value", value.dtype, "key", key.dtype)
    check_same("value", value.device, "key", key.device)
    if value.shape[:-1] != key.shape[:-1]:
        shapes = f"key {list(key.shape)} and value {list(value.shape)}"
        raise AttentionError(f"{shapes} do not agree; expected the same but for the last axis.")


def check_mask(mask: Tensor, shape: tuple[int, ...], device: torch.device, axes: str = MAP_AXES) -> None:
    """Refuse a mask that is not boolean, lies elsewhere, or does not fit."""
    if mask.dtype is not torch.bool:
        raise AttentionError(
            f"mask is {mask.dtype}; expected boolean, True = may be attended.\n"
            "  what is added to scores is a bias"
        )
    check_same("mask", mask.device, "the attention", device)
    if not broadcasts_to(mask.shape, shape):
        raise AttentionError(
            f"mask of shape {list(mask.shape)} cannot be broadcast to {axes} = {list(shape)}."
        )


def check_bias(bias: Tensor, query: Tensor, shape: tuple[int, ...]) -> None:
    """Refuse a bias of another dtype, device or shape."""
    if bias.dtype is torch.bool:
        raise AttentionError(
            "bias is boolean; expected numbers to add to the scores.\n  a boolean is a mask: pass mask=…"
        )
    check_same("bias", bias.dtype, "query", query.dtype)
    check_same("bias", bias.device, "query", query.device)
    if not broadcasts_to(bias.shape, shape):
        raise AttentionError(
            f"bias of shape {list(bias.shape)} cannot be broadcast to {MAP_AXES} = {list(shape)}."
        )


def check_topk(k: int, keys: int) -> None:
    """Refuse more of the largest weights than there are keys."""
    if not isinstance(k, (int, np.integer, torch.SymInt)) or not 0 <= k <= keys:
        raise AttentionError(f"topk({k}) of a map with {keys} keys; give a whole k from 0 to {keys}.")


def check_order(name: str, order: float, most: float) -> None:
    """Refuse an order of powers below zero, above the most there is, or NaN."""
    if not 0 <= order <= most:
        end = "infinity" if most == math.inf else "any finite number"
        raise AttentionError(f"{name}({order}): the order is from 0 to {end}.")


def check_dense_size(shape: tuple[int, ...], dtype: torch.dtype) -> None:
    """Refuse a matrix that is too large to be formed."""
    check_size(
        "dense() of a map", shape, dtype, "ask for rows(…) of it, or for statistics, which need no matrix"
    )


def check_size(
    what: str, shape: tuple[int, ...], dtype: torch.dtype, instead: str = "ask for fewer at once"
) -> None:
    """Refuse an answer that is too large to be formed."""
    size = math.prod(shape) * dtype.itemsize
    if size > DENSE_LIMIT:
        raise AttentionError(
            f"{what} of shape {list(shape)} would take {size / 2**30:.1f} GiB;"
            f" it forms at most {DENSE_LIMIT / 2**30:g}.\n"
            f"  {instead}"
        )


def check_positions(queries: Tensor, keys: Tensor, shape: tuple[int, ...]) -> None:
    """Refuse positions that are not of the map's queries and keys in one space."""
    if (
        not queries.ndim == keys.ndim == 2
        or queries.shape[1] != keys.shape[1]
        or (*queries.shape[:1], *keys.shape[:1]) != shape[-2:]
    ):
        raise AttentionError(
            f"positions of shape {list(queries.shape)} and {list(keys.shape)} do not fit"
            f" a map of shape {list(shape)};\n"
            "  expected [queries, axes] and [keys, axes]"
        )


def check_shares(shares: Tensor) -> None:
    """Refuse quantiles that are none."""
    if shares.ndim != 1 or not _holds((shares >= 0) & (shares <= 1)):
        raise AttentionError(f"quantiles are shares from 0 to 1, in a list; got {shares.tolist()}.")


def check_edges(edges: Tensor) -> None:
    """Refuse edges that make no bins."""
    if edges.ndim != 1 or len(edges) < 2 or not _holds(edges.diff() > 0):
        raise AttentionError(f"bins need two or more rising edges, in a list; got {edges.tolist()}.")
