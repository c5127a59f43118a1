"""Attention over what was before."""

from collections.abc import Callable

from jaxtyping import Bool, Float
from torch import Tensor, nn

from attention_core.maps import Attended
from attention_core.multihead import MultiHeadAttention


class TemporalAttention(nn.Module):
    """Each state attends to itself and to the states before it.

        values_t = Σ_{s ≤ t} a_ts V h_s,   a_t = softmax_{s ≤ t}( Q h_t · K h_s / sqrt(dim / heads) )

    Attention over the states of a recurrent network (Cheng et al. 2016), in several heads (Vaswani et al.
    2017). `positions` lets it know how long ago a state was: `Rotary`, or `RelativeBias`.
    """

    def __init__(self, dim: int, heads: int = 1, dropout: float = 0.0, positions: Callable | None = None):
        super().__init__()
        self.attention = MultiHeadAttention(dim, heads, dropout)
        self.attention.positions = positions

    def forward(
        self,
        states: Float[Tensor, "batch time dim"],
        *,
        mask: Bool[Tensor, "..."] | None = None,
        bias: Float[Tensor, "..."] | None = None,
    ) -> Attended:
        """Values `[batch, time, dim]` and a map `[batch, heads, time, time]`.

        Mask and bias broadcast to the map: trials of unlike length are `mask[:, None, None, :]`.

        Raises:
            AttentionError: if shapes, dtypes or devices do not belong together.
        """
        return self.attention(states, mask=mask, bias=bias, causal=True)
