"""Feature-wise linear modulation."""

from jaxtyping import Float
from torch import Tensor, nn


class FiLM(nn.Module):
    """Scale and shift every channel as a condition says.

        y = γ(c) ⊙ x + β(c)

    γ and β are affine in the condition and start at the identity, γ = 1 and β = 0 (Perez et al. 2018).
    """

    def __init__(self, channels: int, condition_dim: int):
        super().__init__()
        self.modulation = nn.Linear(condition_dim, 2 * channels)
        nn.init.zeros_(self.modulation.weight)
        nn.init.zeros_(self.modulation.bias)

    def forward(
        self,
        features: Float[Tensor, "batch channels *positions"],
        condition: Float[Tensor, "batch condition_dim"],
    ) -> Float[Tensor, "batch channels *positions"]:
        """Modulate features; the channels are the second axis, any number of axes may follow."""
        modulation = self.modulation(condition)
        scale, shift = modulation.reshape(*modulation.shape, *[1] * (features.ndim - 2)).chunk(2, 1)
        return (1 + scale) * features + shift
