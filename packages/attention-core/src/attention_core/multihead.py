"""Multi-head attention that loads torch's parameters."""

from collections.abc import Callable

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional as F

from attention_core.checks import check_bias, check_dropout, check_mask
from attention_core.functional import attend
from attention_core.maps import Attended
from attention_core.masking import allowed_pairs, silence, used_tokens
from attention_core.projections import ProjectedHeads


class MultiHeadAttention(ProjectedHeads):
    """Attention in several heads, of tokens to themselves or to others.

        values = W_o [head_1 … head_h] + b_o,   head_i = softmax(Q_i K_iᵀ / sqrt(dim / heads)) V_i

    Vaswani et al. 2017. The options are those of `nn.MultiheadAttention`, and so is the state dict, which
    loads both ways; batch comes first, and the mask is True where attention is allowed.

    With `add_bias_kv` the map has one more key behind the given ones, the learned one, and with
    `add_zero_attn` a last one, of zeros; every query may attend them, whatever mask and causal order say, so
    that no query is left without keys.

    Two parts may be assigned afterwards, and are None at first: `positions` places the heads' queries and keys
    (`Rotary`, `RelativeBias` …), and `gates` scales what each head found (`HeadGates` …).

    Dropout acts on the weights used in training, as `attend` says; the map is of the undropped weights.
    """

    positions: Callable | None
    gates: Callable | None

    def __init__(  # noqa: PLR0913 - the options of nn.MultiheadAttention
        self,
        dim: int,
        heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ):
        super().__init__(
            dim,
            heads,
            bias=bias,
            add_bias_kv=add_bias_kv,
            add_zero_attn=add_zero_attn,
            kdim=kdim,
            vdim=vdim,
            device=device,
            dtype=dtype,
        )
        check_dropout(dropout)
        self.dropout = dropout
        self.positions = None
        self.gates = None

    @classmethod
    def from_torch(cls, module: nn.MultiheadAttention) -> "MultiHeadAttention":
        """Torch's module as one of this house, its parameters copied; `batch_first` has no meaning here."""
        assert isinstance(module.out_proj.weight, Tensor)
        ours = cls(
            module.embed_dim,
            module.num_heads,
            module.dropout,
            bias=module.in_proj_bias is not None,
            add_bias_kv=module.bias_k is not None,
            add_zero_attn=module.add_zero_attn,
            kdim=module.kdim,
            vdim=module.vdim,
            device=module.out_proj.weight.device,
            dtype=module.out_proj.weight.dtype,
        )
        ours.load_state_dict(module.state_dict())
        return ours.train(module.training)

    def forward(
        self,
        query: Float[Tensor, "*batch queries dim"],
        key: Float[Tensor, "*batch keys key_dim"] | None = None,
        value: Float[Tensor, "*batch keys value_dim"] | None = None,
        *,
        mask: Bool[Tensor, "..."] | None = None,
        bias: Float[Tensor, "..."] | None = None,
        causal: bool = False,
    ) -> Attended:
        """Attend from query to key; key is the query, and value the key, where not given.

        Mask and bias are broadcastable to `[*batch, heads, queries, keys]`, the extra keys left out. Tokens
        that take part in no allowed pair may hold NaN or infinity.

        Raises:
            AttentionError: if shapes, dtypes or devices do not belong together.
        """
        key = query if key is None else key
        value = key if value is None else value
        self.check_tokens(query, key, value)
        used = self.used_tokens(query, key, mask, bias, causal)
        if used is not None:
            # Before the projection, or NaN would reach the gradient of its weights.
            query, key, value = silence(query, used[0]), silence(key, used[1]), silence(value, used[1])
        values, attention = self._attend(*self.project(query, key, value), mask, bias, causal)
        if self.gates is not None:
            values = self.gates(values, query)
        return Attended(self.join(values), attention)

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
        used = used_tokens(queries, keys, mask, bias, causal, query.device)
        if used is None or not self.extra_keys:
            return used
        return torch.ones_like(used[0]), used[1]

    def extra_repr(self) -> str:
        """Sides for the printed module."""
        return f"dim={self.out_proj.in_features}, heads={self.heads}, dropout={self.dropout}"

    def _attend(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        mask: Tensor | None,
        bias: Tensor | None,
        causal: bool,
    ) -> Attended:
        if self.positions is not None:
            query, key, learned = self.positions(query, key)
            bias = bias if learned is None else learned if bias is None else bias + learned
        bias = None if bias is None else bias.to(query.dtype)  # which autocast may have lowered
        if self.extra_keys:
            mask, bias = self._around_extra_keys(query, key, mask, bias, causal)
            key, value = self.with_extra_keys(key, value)
            causal = False
        dropout = self.dropout if self.training else 0.0
        return attend(query, key, value, mask=mask, bias=bias, causal=causal, dropout=dropout)

    def _around_extra_keys(
        self, query: Tensor, key: Tensor, mask: Tensor | None, bias: Tensor | None, causal: bool
    ) -> tuple[Tensor | None, Tensor | None]:
        """Mask, causal order and bias that leave the extra keys to every query."""
        queries, keys = query.shape[-2], key.shape[-2]
        pairs = allowed_pairs(queries, keys, mask, bias, causal, query.device)
        if pairs is not None:
            pairs = F.pad(pairs.expand(*pairs.shape[:-1], keys), (0, self.extra_keys), value=True)
        if bias is not None:
            bias = F.pad(bias.expand(*bias.shape[:-1], keys), (0, self.extra_keys))
        return pairs, bias
