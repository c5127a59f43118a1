"""Learned queries that gather objects from detections and tell them."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from attention_core import AttentionMap, CrossAttentionBlock


class ObjectQueries(nn.Module):
    """A few learned slots look at all detections, and each detection then looks at the slots.

        s = Block(queries, tokens),   y = Block(tokens, s)

    Object queries as in DETR (Carion et al. 2020), read back by the tokens as inducing points are (Lee et al. 2019).

    Args:
        dim: width of a token.
        heads: attention heads.
        count: how many slots.
    """

    def __init__(self, dim: int, heads: int, count: int, hidden: int | None = None):
        super().__init__()
        self.slots = nn.Parameter(torch.randn(count, dim) * dim**-0.5)
        self.gather, self.tell = (CrossAttentionBlock(dim, heads, hidden) for _ in range(2))

    def forward(
        self, tokens: Float[Tensor, "batch tokens dim"], mask: Bool[Tensor, "batch tokens"]
    ) -> tuple[Float[Tensor, "batch tokens dim"], tuple[AttentionMap, AttentionMap]]:
        """Tokens, and the maps of both looks."""
        slots = self.slots.expand(len(tokens), -1, -1)
        slots, gathered = self.gather(slots, tokens, mask=mask[:, None, None, :])
        tokens, told = self.tell(tokens, slots, mask=mask[:, None, :, None])
        return tokens, (gathered, told)
