"""Rows of observing a model that somebody else wrote.

The model is torch's encoder off its fast path, which forms the matrix of every layer whether one looks or not.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import torch
from attention_rows.row import Row, peak_memory, time_ratio
from torch import Tensor, nn

from attention_core import observe

TOKENS, LAYERS, HEADS, DIM = 4096, 12, 8, 256
PLACE = Path(__file__).parents[1]
SETTING = f"{LAYERS} layers, N = {TOKENS // 1024}k, {HEADS} × {DIM // HEADS}"


class Layer(nn.TransformerEncoderLayer):
    """Torch's layer, whose attention hands out the weights of each head."""

    weights: Tensor | None = None

    def _sa_block(
        self, x: Tensor, attn_mask: Tensor | None, key_padding_mask: Tensor | None, **_: bool
    ) -> Tensor:
        values, self.weights = self.self_attn(x, x, x, average_attn_weights=False)
        return self.dropout1(values)

    def take_weights(self) -> Tensor:
        """The weights of the last call, which are then let go of."""
        weights, self.weights = self.weights, None
        assert weights is not None
        return weights


class Encoder(nn.TransformerEncoder):
    """Twelve layers, evaluated."""

    def __init__(self, kind: type[nn.TransformerEncoderLayer]):
        super().__init__(kind(DIM, HEADS, 4 * DIM, batch_first=True), LAYERS, enable_nested_tensor=False)
        self.eval()


@contextmanager
def off_the_fast_path() -> Iterator[None]:
    """Leave torch's own attention on the fused kernel, without a graph."""
    before = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with torch.no_grad():
            yield
    finally:
        torch.backends.mha.set_fastpath_enabled(before)


def observed(tokens: int = TOKENS) -> Callable[[], object]:
    """A forward pass that leaves the summaries of every layer."""
    model, inputs = Encoder(nn.TransformerEncoderLayer), torch.randn(1, tokens, DIM)

    def step() -> object:
        with off_the_fast_path(), observe(model, keep="summary") as seen:
            model(inputs)
        return seen

    return step


def looked_at(keep: Callable[[Tensor], object], tokens: int = TOKENS) -> Callable[[], object]:
    """A forward pass in which every layer forms its weights, and what is kept of them."""
    model, inputs = Encoder(Layer), torch.randn(1, tokens, DIM)

    def step() -> object:
        hidden, kept = inputs, []
        with off_the_fast_path():
            for layer in model.layers:
                assert isinstance(layer, Layer)
                hidden = layer(hidden)
                kept.append(keep(layer.take_weights()))
        return kept

    return step


def summarised(weights: Tensor) -> tuple:
    """What a summary holds, by torch."""
    entropy, participation = torch.special.entr(weights).sum(-1), weights.square().sum(-1).reciprocal()
    return entropy, entropy.exp(), participation, weights.amax(-1), weights.sum(-2), weights.topk(8)


def all_of(weights: Tensor) -> Tensor:
    """The weights themselves."""
    return weights


def nothing(weights: Tensor) -> None:
    """Formed in vain."""


def rows(threads: int) -> Iterator[Row]:
    """Time and memory of `observe(…, keep="summary")`."""
    what, step = 'observe(keep="summary") over need_weights=True', observed()
    yield Row(f"{what} and its statistics: time", SETTING, time_ratio(step, looked_at(summarised), 1), 0.5)
    yield Row(f"{what} and none: time", SETTING, time_ratio(step, looked_at(nothing), 1), 0.5)
    taken = {
        each: memory(each, threads)
        for each in ("observed({})", "looked_at(all_of{})", "looked_at(nothing{})")
    }
    for each, name in (("looked_at(all_of{})", "kept"), ("looked_at(nothing{})", "let go of")):
        ratio = taken["observed({})"] / taken[each]
        yield Row(f"{what}, weights {name}: memory", SETTING, ratio, 0.03)


def memory(step: str, threads: int) -> int:
    """What a forward pass, and what it leaves, adds to a process that has made a short one.

    Freed memory goes back at once, where glibc would hold it between the arrays that stay: that comes to
    another 100 to 250 MiB, more or less by chance.
    """
    short = step.format(", tokens=64" if "_" in step else "tokens=64")
    lines = (
        f"import sys; sys.path[:0] = {[str(PLACE)]!r}",
        "from attention_rows.observe import all_of, looked_at, nothing, observed",
        f"warm_up, step = {short}, {step.format('')}",
    )
    with patch.dict(os.environ, MALLOC_MMAP_THRESHOLD_="65536"):
        return peak_memory("\n".join(lines), "kept = step()", threads)
