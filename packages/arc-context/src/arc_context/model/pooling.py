"""What the cells of a grid have in common."""

from jaxtyping import Bool, Float
from torch import Tensor


def masked_mean(
    features: Float[Tensor, "*batch dim height width"], mask: Bool[Tensor, "*batch height width"]
) -> Float[Tensor, "*batch dim"]:
    """The mean over the cells of a mask; zeros where there is none."""
    weight = mask.unsqueeze(-3).to(features.dtype)
    return (features * weight).sum((-2, -1)) / weight.sum((-2, -1)).clamp_min(1)
