"""Scales on which fluxes are learned."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

QUICKER = 10.0
"""What multiplies a weight that has as far to go alone as many others have together."""


def signed_log(flux: Float[Tensor, "*batch"]) -> Float[Tensor, "*batch"]:
    """sign(v) ln(1 + |v|)."""
    return _odd(flux, lambda size: size.log1p())


def signed_exp(logs: Float[Tensor, "*batch"]) -> Float[Tensor, "*batch"]:
    """The inverse of `signed_log`, up to a flux of e¹²."""
    return _odd(logs, lambda size: size.clamp_max(12).expm1())


def fine_log(flux: Float[Tensor, "*batch"]) -> Float[Tensor, "*batch"]:
    """ln(1 + 1000 v) / 4: tells fluxes from 0.001 mmol/gDW/h upwards apart."""
    return (1000 * flux).log1p() / 4


def _odd(values: Tensor, of_size: Callable[[Tensor], Tensor]) -> Tensor:
    """sign(x) f(|x|), with the slope of f at zero, where that of sign and |x| would be none."""
    positive = values >= 0
    return of_size(torch.where(positive, values, 0.0)) - of_size(torch.where(positive, 0.0, -values))
