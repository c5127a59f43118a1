"""Torch's way to call an attention, for code that is written for it."""

import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn

from attention_core.errors import AttentionError
from attention_core.multihead import MultiHeadAttention


class TorchInterface(nn.Module):
    """`MultiHeadAttention`, called as `nn.MultiheadAttention` is.

        outputs, weights = TorchInterface(attention)(query, key, value, key_padding_mask=…, attn_mask=…)

    Here True means *not* attended and numbers are added to the scores, as torch has it; everything else is
    the attention's, so that a query that may attend no key gets zeros, also where weights are asked for, and
    weights are those before dropout. It may stand as `self_attn` in torch's transformer layers; the map is in
    what `attention`, the module inside, returns.
    """

    # By these `nn.TransformerEncoderLayer` sees that its fused inference, which skips this module, does not apply.
    in_proj_bias = None
    _qkv_same_embed_dim = False

    def __init__(self, attention: MultiHeadAttention, batch_first: bool = False):
        super().__init__()
        self.attention = attention
        self.batch_first = batch_first

    @classmethod
    def from_torch(cls, module: nn.MultiheadAttention) -> "TorchInterface":
        """What stands in for a module of torch's, its parameters copied."""
        return cls(MultiHeadAttention.from_torch(module), module.batch_first).train(module.training)

    def forward(
        self,
        query: Float[Tensor, "..."],
        key: Float[Tensor, "..."],
        value: Float[Tensor, "..."],
        key_padding_mask: Shaped[Tensor, "..."] | None = None,
        need_weights: bool = True,
        attn_mask: Shaped[Tensor, "..."] | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """Outputs, and the weights where they are needed.

        Args:
            query: `[queries, dim]`, `[queries, batch, dim]`, or `[batch, queries, dim]` if batch comes first.
            key: likewise.
            value: likewise.
            key_padding_mask: `[batch, keys]` or `[keys]`, True where a key is padding, or numbers to add.
            need_weights: whether the matrix of weights is made and returned.
            attn_mask: `[queries, keys]` or `[batch · heads, queries, keys]`, True where a pair is left out, or
                numbers to add.
            average_attn_weights: whether weights are the mean over heads, `[batch, queries, keys]`, or stand
                behind a head axis.
            is_causal: says that attn_mask is causal, which must be given all the same, as in torch; a pair
                that either of them leaves out is not attended.

        Raises:
            AttentionError: if shapes or dtypes do not belong together, or is_causal comes without attn_mask.
        """
        if is_causal and attn_mask is None:
            raise AttentionError("is_causal only describes attn_mask; give attn_mask as well.")
        turned = query.ndim == 3 and not self.batch_first
        query, key, value = self._batch_first(turned, query, key, value)
        mask, bias = self._converted(query, key_padding_mask, attn_mask)
        values, attention = self.attention(query, key, value, mask=mask, bias=bias, causal=is_causal)
        if turned:
            values = values.transpose(0, 1)
        if not need_weights:
            return values, None
        weights = attention.dense()
        return values, weights.mean(-3) if average_attn_weights else weights

    @staticmethod
    def _batch_first(turned: bool, *tokens: Tensor) -> list[Tensor]:
        if not turned:
            return [*tokens]
        # The same tokens stay the same object, which one packed projection needs.
        once = {id(given): given.transpose(0, 1) for given in tokens}
        return [once[id(given)] for given in tokens]

    def _converted(
        self, query: Tensor, padding: Tensor | None, pairs: Tensor | None
    ) -> tuple[Tensor | None, Tensor | None]:
        """Torch's two masks as one mask and one bias of this house."""
        if padding is not None:
            padding = padding[..., None, None, :]
        if pairs is not None and pairs.ndim == 3 and query.ndim == 3:
            self._check_pairs(pairs, len(query))
            pairs = pairs.unflatten(0, (len(query), self.attention.heads))
        mask = bias = None
        for part in (padding, pairs):
            if part is None:
                continue
            if part.dtype is torch.bool:
                mask = ~part if mask is None else mask & ~part
            else:
                bias = part if bias is None else bias + part
        return mask, bias

    def _check_pairs(self, pairs: Tensor, batch: int) -> None:
        if len(pairs) != batch * self.attention.heads:
            raise AttentionError(
                f"attn_mask of shape {list(pairs.shape)} does not fit a batch of {batch};"
                f" expected [batch · heads, queries, keys] with {batch} · {self.attention.heads} first."
            )
