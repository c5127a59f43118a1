"""What follows attention in a layer."""

from torch import nn


class FeedForward(nn.Sequential):
    """W_2 GELU(W_1 norm(x)), each node by itself; as wide as 4 dim in the middle where not said otherwise."""

    def __init__(self, dim: int, hidden: int | None = None, dropout: float = 0.0):
        hidden = 4 * dim if hidden is None else hidden
        enter, leave = nn.Linear(dim, hidden), nn.Linear(hidden, dim)
        super().__init__(nn.LayerNorm(dim), enter, nn.GELU(), nn.Dropout(dropout), leave)
