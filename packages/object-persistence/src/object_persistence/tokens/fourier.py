"""Numbers as waves, which a linear layer can tell apart at every scale."""

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn


class Fourier(nn.Module):
    """x ↦ (sin 2πx/λ_m, cos 2πx/λ_m), with wavelengths λ_m in geometric steps from `shortest` to `longest`.

    Random Fourier features with fixed frequencies (Tancik et al. 2020; Vaswani et al. 2017). Nothing is learned.

    Args:
        axes: numbers in the last axis.
        waves: wavelengths per axis.
        shortest: in the unit of x.
        longest: likewise.
    """

    frequency: Tensor

    def __init__(self, axes: int, waves: int, shortest: float, longest: float):
        super().__init__()
        self.width = 2 * axes * waves
        wavelength = torch.logspace(math.log2(shortest), math.log2(longest), waves, base=2.0)
        self.register_buffer("frequency", 2 * math.pi / wavelength, persistent=False)

    def forward(self, values: Float[Tensor, "*batch axes"]) -> Float[Tensor, "*batch width"]:
        """`[*batch, 2 · axes · waves]`."""
        angles = (values.unsqueeze(-1) * self.frequency).flatten(-2)
        return torch.cat([angles.sin(), angles.cos()], -1)
