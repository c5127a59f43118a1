"""Recurrent states that attend to those before them."""

from jaxtyping import Float
from torch import Tensor, nn

from attention_core import Attended, Rotary, TemporalAttention


class Recall(nn.Module):
    """Add to each state what it finds in those before it.

        r_t = h_t + W_out Σ_{s ≤ t} a_ts V W_in h_s

    Attention over recurrent states (Cheng et al. 2016) in a width of its own; rotary places (Su et al. 2021)
    tell how many frames ago a state was.
    """

    def __init__(self, hidden_size: int, dim: int = 512, heads: int = 1, dropout: float = 0.0):
        super().__init__()
        self.enter = nn.Linear(hidden_size, dim)
        self.attention = TemporalAttention(dim, heads, dropout, Rotary())
        self.leave = nn.Linear(dim, hidden_size, bias=False)

    def forward(self, hidden: Float[Tensor, "batch time dim"]) -> Attended:
        """States with what they recalled, and a map `[batch, heads, time, time]`."""
        found = self.attention(self.enter(hidden))
        return Attended(hidden + self.leave(found.values), found.attention)
