"""Pre-norm transformer blocks."""

from jaxtyping import Bool, Float
from torch import Tensor, nn

from attention_core.maps import Attended
from attention_core.masking import silence
from attention_core.multihead import MultiHeadAttention


class _PreNormBlock(nn.Module):
    """What both blocks share: attention, feed-forward, and the residual path around them."""

    def __init__(self, dim: int, heads: int, hidden: int | None = None, dropout: float = 0.0):
        super().__init__()
        hidden = 4 * dim if hidden is None else hidden
        self.norm = nn.LayerNorm(dim)
        self.attention = MultiHeadAttention(dim, heads, dropout)
        self.feed_forward = nn.Sequential(
            nn.LayerNorm(dim), nn.Linear(dim, hidden), nn.GELU(), nn.Dropout(dropout), nn.Linear(hidden, dim)
        )
        self.dropout = nn.Dropout(dropout)

    def _complete(self, tokens: Tensor, found: Attended) -> Attended:
        tokens = tokens + self.dropout(found.values)
        return Attended(tokens + self.dropout(self.feed_forward(tokens)), found.attention)


class SelfAttentionBlock(_PreNormBlock):
    """Tokens attend to each other, then each is transformed by itself.

        h = x + Attention(norm(x)),   y = h + FeedForward(norm(h))

    Pre-norm (Xiong et al. 2020). A token that neither attends nor is attended is padding: it counts as zeros,
    and may hold NaN or infinity.
    """

    def forward(
        self,
        tokens: Float[Tensor, "*batch tokens dim"],
        *,
        mask: Bool[Tensor, "..."] | None = None,
        bias: Float[Tensor, "..."] | None = None,
        causal: bool = False,
    ) -> Attended:
        """Transform tokens; mask and bias are broadcastable to the map, `[*batch, heads, tokens, tokens]`."""
        used = self.attention.used_tokens(tokens, tokens, mask, bias, causal)
        if used is not None:
            tokens = silence(tokens, used[0] | used[1])
        return self._complete(tokens, self.attention(self.norm(tokens), mask=mask, bias=bias, causal=causal))


class CrossAttentionBlock(_PreNormBlock):
    """Tokens attend to a context, then each is transformed by itself.

        h = x + Attention(norm(x), norm(c)),   y = h + FeedForward(norm(h))

    Pre-norm (Xiong et al. 2020). Context that no token may attend may hold NaN or infinity.
    """

    def __init__(self, dim: int, heads: int, hidden: int | None = None, dropout: float = 0.0):
        super().__init__(dim, heads, hidden, dropout)
        self.context_norm = nn.LayerNorm(dim)

    def forward(
        self,
        tokens: Float[Tensor, "*batch queries dim"],
        context: Float[Tensor, "*batch keys dim"],
        *,
        mask: Bool[Tensor, "..."] | None = None,
        bias: Float[Tensor, "..."] | None = None,
    ) -> Attended:
        """Transform tokens in their context; mask and bias broadcast to `[*batch, heads, queries, keys]`."""
        used = self.attention.used_tokens(tokens, context, mask, bias)
        if used is not None:
            context = silence(context, used[1])
        return self._complete(
            tokens, self.attention(self.norm(tokens), self.context_norm(context), mask=mask, bias=bias)
        )
