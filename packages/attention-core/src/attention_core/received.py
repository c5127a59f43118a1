"""Received attention from the backward pass that a training step runs anyway."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from attention_core import fused, kernels
from attention_core.errors import AttentionError
from attention_core.streaming import StreamedMap

_collecting: ContextVar[bool] = ContextVar("collecting", default=False)


class Column:
    """What the backward pass of one attention found."""

    def __init__(self):
        self.received: Tensor | None = None

    def collect(self, received: Tensor) -> None:
        """Keep it."""
        self.received = received.detach()


@dataclass(frozen=True, eq=False, repr=False)
class CollectedMap(StreamedMap):
    """A streamed map whose received attention comes from the backward pass; it has no gradient of its own."""

    column: Column | None = None

    def received(self) -> Float[Tensor, "*batch heads keys"]:
        """c_j = Σ_i p_ij, as the backward pass found it.

        Raises:
            AttentionError: if no backward pass has gone through the attention yet.
        """
        if self.column is None or self.column.received is None:
            raise AttentionError(
                "received attention is collected in the backward pass, which has not reached this attention.\n"
                "  call backward() first, or ask for a map that was made outside collect_received"
            )
        found = self.column.received.to(self.device, self.dtype)
        beyond_reach = self.shape[-1] - found.shape[-1]
        return F.pad(found, (0, beyond_reach)).reshape(*self.shape[:-2], self.shape[-1])

    def _statistics(self, k: int) -> dict[str, Tensor]:
        return self.plain()._statistics(k)

    def plain(self) -> StreamedMap:
        """The map that computes received attention by itself."""
        return StreamedMap(self.query, self.key, self.mask, self.bias, self.causal, self.scale)


@contextmanager
def collect_received(model: nn.Module | None = None) -> Iterator[None]:
    """Let maps made inside take received attention from the backward pass.

        with collect_received(model):
            values, attention = model(tokens)
        values.sum().backward()
        attention.received()

    With a model, only what its forward makes. On a CPU the gradients of query, key and value are those without
    it, the same bits on some processors and up to the order of sums, in their last bits, on others. Received
    attention is as precise as the gradient of the value: in half precision it is rounded as that is.

    Ordinary maps, which compute received attention when asked, come of what runs without a gradient, with few
    keys, under activation checkpointing, with dropout, with a bias that learns, where torch has no fused
    kernel, and where gradients were the same bits on no processor: in float64, where heads share keys, and for
    some numbers of tokens (`kernels.column_keeps_bits`).
    """
    with ExitStack() as stack:
        if model is None:
            token = _collecting.set(True)
            stack.callback(_collecting.reset, token)
        else:
            tokens = []
            before = model.register_forward_pre_hook(lambda *_: tokens.append(_collecting.set(True)))
            after = model.register_forward_hook(lambda *_: _collecting.reset(tokens.pop()), always_call=True)
            for handle in (before, after):
                stack.callback(handle.remove)
        yield


def collects(attention: StreamedMap, value: Tensor, dropout: float) -> bool:
    """Whether an attention is to be computed so that received attention is collected."""
    if not _collecting.get() or not torch.is_grad_enabled() or dropout:
        return False
    learns = attention.bias is not None and attention.bias.requires_grad
    wanted = any(tensor.requires_grad for tensor in (attention.query, attention.key, value))
    if not wanted or learns or attention.has_few_keys() or _saved_elsewhere():
        return False
    query, key = attention.query, attention.key
    return kernels.available(query, key) and kernels.column_keeps_bits(query, key)


def _saved_elsewhere() -> bool:
    """Whether hooks see what is saved for the backward pass, as checkpointing does to make it again.

    It would be made again outside `collect_received`, and by another function.
    """
    hooks = getattr(getattr(torch._C, "_autograd", None), "_top_saved_tensors_default_hooks", None)
    return hooks is not None and hooks(False) is not None


def attend_collecting(attention: StreamedMap, value: Tensor) -> tuple[Tensor, CollectedMap]:
    """Values and map of an attention whose backward pass finds received attention."""
    column = Column()
    values = fused.collecting_values(attention, value, column.collect)
    plain = (
        attention.query,
        attention.key,
        attention.mask,
        attention.bias,
        attention.causal,
        attention.scale,
    )
    return values, CollectedMap(*plain, column)
