"""A trained network whose test cells lose the support cells that they attend most, or have nothing but them."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Literal

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from arc_context.errors import ArcError
from arc_context.model.cross_attention import CrossAttentionInjector
from attention_core import AttentionMap

Which = Literal["top", "random", "keep", "keep_random"]
MASK = 4
"""The place of the mask among what attention between cells is called with."""


@contextmanager
def keys_closed(model: nn.Module, allowed: Bool[Tensor, "batch queries keys"]) -> Iterator[None]:
    """Let each test cell look at the allowed support cells only, in every look, as long as it lasts.

    Raises:
        ArcError: the network looks at no support cells.
    """
    looks = [each.attention for each in model.modules() if isinstance(each, CrossAttentionInjector)]
    if not looks:
        raise ArcError(
            f"{type(model).__name__} looks at no support cells; expected model.context cross_attention"
        )
    with ExitStack() as stack:
        for look in looks:
            hook = partial(_with_mask, allowed.unsqueeze(1))
            stack.callback(look.register_forward_pre_hook(hook).remove)
        yield


def mean_weights(maps: Sequence[AttentionMap]) -> Float[Tensor, "batch queries keys"]:
    """What each test cell gives to each support cell, the mean over looks and heads."""
    return torch.stack([each.dense().mean(-3) for each in maps]).mean(0)


def chosen_keys(
    weights: Float[Tensor, "batch queries keys"],
    support: Bool[Tensor, "batch pairs cells"],
    which: Which,
    share: float,
    *,
    seed: int = 0,
) -> Bool[Tensor, "batch queries keys"]:
    """The support cells that are left when each test cell loses, or keeps, a share of them.

    Of n support cells round(share · n) are lost, at least one and never all: those with the largest weights, or random
    ones, as many in each pair as there are among the largest.

    Args:
        weights: of each test cell, keys pair by pair.
        support: the cells that each pair has.
        which: what is lost (top, random), or all that is kept (keep, keep_random).
        share: of the support cells.
        seed: of the random choice.

    Raises:
        ArcError: the share lies outside 0 to 1.
    """
    if not 0 <= share <= 1:
        raise ArcError(f"expected a share from 0 to 1, got {share}")
    there = support.flatten(1).unsqueeze(1)
    total = there.sum(-1)
    count = (share * total).round().clamp_min(1).minimum(total - 1).unsqueeze(-1)
    first = ranks(weights.masked_fill(~there, -1.0)) < count
    if which in ("random", "keep_random"):
        first = alike(first, support, seed)
    return there & (first if which in ("keep", "keep_random") else ~first)


def alike(
    chosen: Bool[Tensor, "batch queries keys"], support: Bool[Tensor, "batch pairs cells"], seed: int
) -> Bool[Tensor, "batch queries keys"]:
    """As many random cells of each pair as are chosen of it."""
    by_pair = chosen.unflatten(-1, support.shape[1:])
    random = torch.rand(by_pair.shape, generator=torch.Generator().manual_seed(seed)).to(chosen.device)
    rank = ranks(random.masked_fill(~support.unsqueeze(1), -1.0))
    return (rank < by_pair.sum(-1, keepdim=True)).flatten(-2)


def ranks(values: Float[Tensor, "*batch keys"]) -> Tensor:
    """How many values of a row are larger; equal ones count by their order."""
    order = values.argsort(dim=-1, descending=True, stable=True)
    place = torch.arange(values.shape[-1], device=values.device).expand_as(order)
    return torch.empty_like(order).scatter(-1, order, place)


def _with_mask(allowed: Tensor, _: nn.Module, given: tuple) -> tuple:
    mask = given[MASK]
    return (*given[:MASK], allowed if mask is None else allowed & mask, *given[MASK + 1 :])
