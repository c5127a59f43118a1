"""Multi-head attention that loads torch's parameters."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional as F

from attention_core.checks import check_bias, check_dropout, check_heads, check_mask
from attention_core.errors import AttentionError
from attention_core.functional import attend
from attention_core.maps import Attended
from attention_core.masking import silence, used_tokens


class MultiHeadAttention(nn.Module):
    """Attention in several heads, of tokens to themselves or to others.

        values = W_o [head_1 … head_h] + b_o,   head_i = softmax(Q_i K_iᵀ / sqrt(dim / heads)) V_i

    Vaswani et al. 2017. Parameters are named as in `nn.MultiheadAttention`, whose state dict loads as it is;
    batch comes first, and the mask is True where attention is allowed. Dropout acts on the weights used in
    training; the map is of the undropped weights.
    """

    def __init__(self, dim: int, heads: int, dropout: float = 0.0, bias: bool = True):
        super().__init__()
        check_heads(dim, heads)
        check_dropout(dropout)
        self.heads = heads
        self.dropout = dropout
        self.in_proj_weight = nn.Parameter(torch.empty(3 * dim, dim))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * dim)) if bias else None
        self.out_proj = nn.Linear(dim, dim, bias=bias)
        nn.init.xavier_uniform_(self.in_proj_weight)
        if bias:
            nn.init.zeros_(self.out_proj.bias)

    def forward(
        self,
        query: Float[Tensor, "*batch queries dim"],
        key: Float[Tensor, "*batch keys dim"] | None = None,
        value: Float[Tensor, "*batch keys dim"] | None = None,
        *,
        mask: Bool[Tensor, "..."] | None = None,
        bias: Float[Tensor, "..."] | None = None,
        causal: bool = False,
    ) -> Attended:
        """Attend from query to key; key is the query, and value the key, where not given.

        Mask and bias are broadcastable to the map, `[*batch, heads, queries, keys]`. Tokens that take part in
        no allowed pair may hold NaN or infinity.

        Raises:
            AttentionError: if shapes, dtypes or devices do not belong together.
        """
        key = query if key is None else key
        value = key if value is None else value
        self._check(query=query, key=key, value=value)
        used = self.used_tokens(query, key, mask, bias, causal)
        if used is not None:
            # Before the projection, or NaN would reach the gradient of its weights.
            query, key, value = silence(query, used[0]), silence(key, used[1]), silence(value, used[1])
        query, key, value = (self._split(tokens) for tokens in self._project(query, key, value))
        bias = None if bias is None else bias.to(query.dtype)  # which autocast may have lowered
        dropout = self.dropout if self.training else 0.0
        values, attention = attend(query, key, value, mask=mask, bias=bias, causal=causal, dropout=dropout)
        return Attended(self.out_proj(values.transpose(-2, -3).flatten(-2)), attention)

    def used_tokens(
        self, query: Tensor, key: Tensor, mask: Tensor | None, bias: Tensor | None, causal: bool = False
    ) -> tuple[Tensor, Tensor] | None:
        """Query tokens that attend and key tokens that are attended, `[*batch, tokens]`; None for all."""
        queries, keys = query.shape[-2], key.shape[-2]
        shape = (*query.shape[:-2], self.heads, queries, keys)
        if mask is not None:
            check_mask(mask, shape, query.device)
        if bias is not None:
            check_bias(bias, query, shape)
        return used_tokens(queries, keys, mask, bias, causal, query.device)

    def extra_repr(self) -> str:
        """Sides for the printed module."""
        return f"dim={self.out_proj.in_features}, heads={self.heads}, dropout={self.dropout}"

    def _check(self, **tokens: Tensor) -> None:
        dim = self.out_proj.in_features
        for name, given in tokens.items():
            if given.ndim < 2 or given.shape[-1] != dim:
                raise AttentionError(
                    f"{name} has shape {list(given.shape)}; expected [*batch, tokens, dim] with dim {dim}."
                )

    def _project(self, query: Tensor, key: Tensor, value: Tensor) -> tuple[Tensor, ...]:
        if query is key is value:
            return F.linear(query, self.in_proj_weight, self.in_proj_bias).chunk(3, -1)
        weights = self.in_proj_weight.chunk(3)
        biases = (None,) * 3 if self.in_proj_bias is None else self.in_proj_bias.chunk(3)
        return tuple(F.linear(*each) for each in zip((query, key, value), weights, biases, strict=True))

    def _split(self, tokens: Tensor) -> Tensor:
        return tokens.unflatten(-1, (self.heads, -1)).transpose(-2, -3)
