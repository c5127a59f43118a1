"""How much each head counts, as a part that `MultiHeadAttention.gates` takes."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from attention_core.errors import AttentionError


class HeadGates(nn.Module):
    """One learned factor for each head: values_h = g_h · head_h.

    The gates start at one, where the attention is that without them; |g_h| times the size of what a head
    writes is what is lost without it (Michel et al. 2019).
    """

    def __init__(self, heads: int):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(heads))

    def forward(
        self,
        values: Float[Tensor, "*batch heads queries head_dim"],
        query: Float[Tensor, "*batch queries dim"],
    ) -> Float[Tensor, "*batch heads queries head_dim"]:
        """Gated values; the query tokens play no part.

        Raises:
            AttentionError: if the values have another number of heads.
        """
        _check_heads(values, len(self.weight))
        return self.weight[:, None, None] * values


class TokenHeadGates(nn.Module):
    """A gate for each head and each token, set by the token that asks.

        values_hi = σ(w_h · x_i + b_h) · head_hi

    Qiu et al. 2025. The biases start at `open`, where every gate lets σ(open) through.
    """

    def __init__(self, dim: int, heads: int, open: float = 2.0):
        super().__init__()
        self.gate = nn.Linear(dim, heads)
        nn.init.zeros_(self.gate.weight)
        nn.init.constant_(self.gate.bias, open)

    def forward(
        self,
        values: Float[Tensor, "*batch heads queries head_dim"],
        query: Float[Tensor, "*batch queries dim"],
    ) -> Float[Tensor, "*batch heads queries head_dim"]:
        """Gated values.

        Raises:
            AttentionError: if the values have another number of heads.
        """
        _check_heads(values, self.gate.out_features)
        return self.gate(query).sigmoid().mT.unsqueeze(-1) * values


def _check_heads(values: Tensor, heads: int) -> None:
    if values.shape[-3] != heads:
        raise AttentionError(
            f"gates of {heads} heads were given values of {values.shape[-3]} heads; make them with as many."
        )
