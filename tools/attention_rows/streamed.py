"""What the statistics of a streamed map cost beside fused attention, and beside weights that are kept."""

from collections.abc import Iterator

import torch
from attention_rows.row import Row, Step, peak_memory, time_ratio
from torch import Tensor
from torch.nn import functional as F

from attention_core import attend, collect_received, losses

SIZES = (1024, 2048, 4096, 8192)
WIDTHS = (32, 64)
HEADS = 8


def rows(threads: int) -> Iterator[Row]:
    """All rows, one setting after the other."""
    for tokens in SIZES:
        for width in WIDTHS:
            operands = [torch.randn(1, HEADS, tokens, width, generator=_random(i)) for i in range(3)]
            setting = f"N = {tokens}, dim {width}"
            yield from _seeing(setting, operands)
            yield from _training(setting, operands)
    yield from _memory(threads)


def _random(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def _seeing(setting: str, operands: list[Tensor]) -> Iterator[Row]:
    """Inference: how much longer it takes to look."""
    query, key, value = operands
    mask = (torch.arange(key.shape[-2]) < key.shape[-2] - 8)[None, None, None]

    def plain() -> object:
        return F.scaled_dot_product_attention(query, key, value)

    def plain_masked() -> object:
        return F.scaled_dot_product_attention(query, key, value, attn_mask=mask)

    def seen(k: int) -> Step:
        return lambda: attend(query, key, value).attention.summary(k=k)

    with torch.no_grad():
        ratio = time_ratio(lambda: attend(query, key, value), plain, 15)
        yield Row("map not asked", setting, ratio, 1.02, 1.0)
        ratio = time_ratio(lambda: attend(query, key, value, mask=mask), plain_masked, 15)
        yield Row("map not asked, padding masked", setting, ratio, 1.02, 1.0)
        yield Row("output and statistics but top-k", setting, time_ratio(seen(0), plain), 3.0, 2.2)
        yield Row("output and statistics with top-8", setting, time_ratio(seen(8), plain), 4.0, 3.0)
        if query.shape[-2] <= 4096:
            ratio = time_ratio(lambda: kept(query, key, value), seen(8), 3)
            yield Row(
                "weights kept, same statistics, against them", setting, ratio, 3.0, 6.0, more_is_better=True
            )


def kept(query: Tensor, key: Tensor, value: Tensor) -> tuple[Tensor, ...]:
    """Explicit softmax attention and its statistics."""
    weights = (query @ key.mT * query.shape[-1] ** -0.5).softmax(-1)
    entropy = torch.special.entr(weights).sum(-1)
    squares, largest = weights.square().sum(-1), weights.amax(-1)
    return (weights @ value, entropy, entropy.exp(), 1 / squares, largest, weights.sum(-2), *weights.topk(8))


def _training(setting: str, operands: list[Tensor]) -> Iterator[Row]:
    """Forward and backward: what a term on entropy and received attention add."""
    leaves = [each.clone().requires_grad_() for each in operands]
    query, key, value = leaves
    sent = torch.randn(operands[2].shape, generator=_random(3))

    def plain() -> None:
        torch.autograd.grad(F.scaled_dot_product_attention(query, key, value), leaves, sent)

    def spread() -> None:
        values, attention = attend(query, key, value)
        loss = (values * sent).sum() + losses.entropy_bonus(attention)
        torch.autograd.grad(loss, leaves)

    def collected() -> None:
        with collect_received():
            values, attention = attend(query, key, value)
        torch.autograd.grad(values, leaves, sent)
        attention.received()

    must, stretch = (1.10, 1.03) if operands[0].shape[-1] >= 64 else (1.25, 1.10)
    yield Row("received attention in training", setting, time_ratio(collected, plain), must, stretch)
    yield Row("entropy term in training", setting, time_ratio(spread, plain, 3), 3.2, 2.5)


_PREPARATION = """
from attention_core import attend
from attention_rows.streamed import kept
def operands(tokens):
    return [torch.randn(1, 8, tokens, 32) for _ in range(3)]
def warm_up():
    with torch.no_grad():
        kept(*operands(64)), attend(*operands(1024)).attention.summary()
given = operands({tokens})
torch.set_grad_enabled(False)
"""


def _memory(threads: int) -> Iterator[Row]:
    """Peak memory beyond query, key and value."""
    preparation = _PREPARATION.format(tokens=8192)
    seen = peak_memory(preparation, "attended = attend(*given); attended.attention.summary()", threads)
    weights = peak_memory(preparation, "found = kept(*given)", threads)
    yield Row("peak memory against weights kept", "N = 8192, dim 32", seen / weights, 0.03, 0.01)
