"""Terms of a loss that train where a model looks, through its map and without the matrix.

A map in which no query may attend a key is an error, but for compiled and mapped functions, where it gives NaN.
"""

import torch
from jaxtyping import Float, Shaped
from torch import Tensor

from attention_core.attention_map import AttentionMap
from attention_core.checks import broadcasts_to
from attention_core.errors import AttentionError
from attention_core.transformed import transformed


def entropy_bonus(attention: AttentionMap) -> Float[Tensor, ""]:
    """−mean_i H_i over the queries that may attend a key: added to a loss it spreads attention, subtracted it sharpens.

    Raises:
        AttentionError: if no query may attend a key.
    """
    return -_mean(attention.entropy(), attention)


def attention_margin(attention: AttentionMap, margin: float = 0.5) -> Float[Tensor, ""]:
    """mean_i max(0, margin − (p_i(1) − p_i(2))): each query's largest weight is to lead the second by a margin.

    Raises:
        AttentionError: if the margin is not in (0, 1], or no query may attend a key.
    """
    if not 0 < margin <= 1:
        raise AttentionError(
            f"attention_margin: margin is {margin}; expected a difference of weights in (0, 1]."
        )
    return _mean((margin - attention.margin()).clamp_min(0.0), attention)


def attention_supervision(
    attention: AttentionMap, groups: Shaped[Tensor, "..."], target: Float[Tensor, "..."]
) -> Float[Tensor, ""]:
    """−mean_i Σ_g t_ig ln m_ig: cross-entropy of the mass on groups of keys to the mass they should get.

    Args:
        attention: the map.
        groups: groups of keys, as for `AttentionMap.mass`.
        target: shares `[groups]`, or `[queries, groups]`, or the same behind batch and head axes.

    Raises:
        AttentionError: if groups or target do not fit the map, or no query may attend a key.
    """
    mass = attention.mass(groups)
    if not broadcasts_to(tuple(target.shape), tuple(mass.shape)):
        raise AttentionError(
            f"a target of shape {list(target.shape)} does not fit masses of shape {list(mass.shape)};"
            " expected [groups] or [queries, groups], or the same behind batch and head axes"
        )
    # Mass may round to zero, where the logarithm has no gradient that leads away.
    logs = mass.clamp_min(torch.finfo(mass.dtype).tiny).log()
    return -_mean((target * logs).sum(-1), attention)


def _mean(statistic: Tensor, attention: AttentionMap) -> Tensor:
    attending = attention.attending()
    # Where no number can be read, a map without any gives NaN.
    readable = not (torch.compiler.is_compiling() or transformed(attending))
    if readable and not attending.any():
        raise AttentionError(
            f"no query of a map of shape {list(attention.shape)} may attend a key; nothing to train."
        )
    return torch.where(attending, statistic, 0.0).sum() / attending.sum()
