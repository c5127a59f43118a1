"""Queries, keys and values of several heads, projected from tokens."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from attention_core.checks import check_heads
from attention_core.errors import AttentionError


class ProjectedHeads(nn.Module):
    """The projections into heads and out of them, and the keys that are learned.

    Parameters have the names, shapes, order and first values of `nn.MultiheadAttention`: one packed projection
    where query, key and value are equally wide, three where they are not. A learned key (`bias_k`, with the
    value `bias_v`) and a key of zeros, where asked for, stand behind the given keys, in this order.
    """

    def __init__(  # noqa: PLR0913 - the options of nn.MultiheadAttention
        self,
        dim: int,
        heads: int,
        *,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ):
        super().__init__()
        check_heads(dim, heads)

        def made(*shape: int) -> nn.Parameter:
            return nn.Parameter(torch.empty(shape, device=device, dtype=dtype))

        self.heads = heads
        self.add_zero_attn = add_zero_attn
        self.widths = (dim, dim if kdim is None else kdim, dim if vdim is None else vdim)
        packed = set(self.widths) == {dim}
        self.in_proj_weight = made(3 * dim, dim) if packed else None
        self.q_proj_weight, self.k_proj_weight, self.v_proj_weight = (
            None if packed else made(dim, width) for width in self.widths
        )
        self.in_proj_bias = made(3 * dim) if bias else None
        self.bias_k, self.bias_v = (made(1, 1, dim) if add_bias_kv else None for _ in range(2))
        self.out_proj = nn.Linear(dim, dim, bias=bias, device=device, dtype=dtype)
        self._draw()

    @property
    def extra_keys(self) -> int:
        """How many keys stand behind the given ones: the learned one, then the one of zeros."""
        return (self.bias_k is not None) + self.add_zero_attn

    def check_tokens(self, query: Tensor, key: Tensor, value: Tensor) -> None:
        """Refuse tokens of another width.

        Raises:
            AttentionError: naming the tokens and the width that they should have.
        """
        for name, given, width in zip(
            ("query", "key", "value"), (query, key, value), self.widths, strict=True
        ):
            if given.ndim < 2 or given.shape[-1] != width:
                raise AttentionError(
                    f"{name} has shape {list(given.shape)}; expected [*batch, tokens, dim] with dim {width}."
                )

    def project(
        self,
        query: Float[Tensor, "*batch queries dim"],
        key: Float[Tensor, "*batch keys key_dim"],
        value: Float[Tensor, "*batch keys value_dim"],
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Tokens as `[*batch, heads, tokens, dim / heads]`."""
        if self.in_proj_weight is not None and query is key is value:
            projected = F.linear(query, self.in_proj_weight, self.in_proj_bias).chunk(3, -1)
        else:
            biases = (None,) * 3 if self.in_proj_bias is None else self.in_proj_bias.chunk(3)
            parts = zip((query, key, value), self._weights(), biases, strict=True)
            projected = [F.linear(*part) for part in parts]
        query, key, value = (self._split(tokens) for tokens in projected)
        return query, key, value

    def with_extra_keys(self, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values in heads, the extra ones behind them."""
        return self._extended(key, self.bias_k), self._extended(value, self.bias_v)

    def join(
        self, values: Float[Tensor, "*batch heads queries head_dim"]
    ) -> Float[Tensor, "*batch queries dim"]:
        """Values of all heads, side by side and projected."""
        return self.out_proj(values.transpose(-2, -3).flatten(-2))

    def _draw(self) -> None:
        for weight in self._weights() if self.in_proj_weight is None else (self.in_proj_weight,):
            nn.init.xavier_uniform_(weight)
        if self.in_proj_bias is not None:
            nn.init.zeros_(self.in_proj_bias)
            nn.init.zeros_(self.out_proj.bias)
        for extra in (self.bias_k, self.bias_v):
            if extra is not None:
                nn.init.xavier_normal_(extra)

    def _weights(self) -> tuple[Tensor, ...]:
        if self.in_proj_weight is not None:
            return self.in_proj_weight.chunk(3)
        separate = self.q_proj_weight, self.k_proj_weight, self.v_proj_weight
        return tuple(weight for weight in separate if weight is not None)

    def _split(self, tokens: Tensor) -> Tensor:
        return tokens.unflatten(-1, (self.heads, -1)).transpose(-2, -3)

    def _extended(self, tokens: Tensor, learned: Tensor | None) -> Tensor:
        parts, one = [tokens], (*tokens.shape[:-2], 1, tokens.shape[-1])
        if learned is not None:
            parts.append(self._split(learned[0]).to(tokens.dtype).expand(one))
        if self.add_zero_attn:
            parts.append(tokens.new_zeros(one))
        return torch.cat(parts, -2)
