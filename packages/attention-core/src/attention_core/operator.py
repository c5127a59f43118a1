"""Maps as linear operators: what SciPy's iterative methods and PageRank need of them."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from attention_core.attention_map import AttentionMap
from attention_core.errors import AttentionError

if TYPE_CHECKING:
    from scipy.sparse.linalg import LinearOperator


def as_linear_operator(attention: AttentionMap, batch: int | tuple[int, ...], head: int) -> "LinearOperator":
    """One head of a map as SciPy's LinearOperator `(queries, keys)`."""
    from scipy.sparse.linalg import LinearOperator

    one = attention.detach()._one_head(*_place(attention, batch, head))
    dtype = torch.empty((), dtype=one.dtype).numpy().dtype
    there, back = partial(_product, one.apply, dtype), partial(_product, one.apply_transposed, dtype)
    return LinearOperator(
        shape=tuple(one.shape[-2:]),
        dtype=dtype,
        matvec=there,  # pyright: ignore[reportCallIssue] - its constructor makes a subclass with these
        rmatvec=back,  # pyright: ignore[reportCallIssue]
        matmat=there,  # pyright: ignore[reportCallIssue]
        rmatmat=back,  # pyright: ignore[reportCallIssue]
    )


def _place(attention: AttentionMap, batch: int | tuple[int, ...], head: int) -> tuple[tuple[int, ...], int]:
    sides = tuple(attention.shape[:-2])
    items = batch if isinstance(batch, tuple) else (0,) * (len(sides) - 1) if batch == 0 else (batch,)
    place = (*items, head)
    if len(place) != len(sides) or not all(-side <= at < side for at, side in zip(place, sides, strict=True)):
        raise AttentionError(
            f"there is no batch item {items} with head {head} in a map of shape {list(attention.shape)}."
        )
    *items, head = (at % side for at, side in zip(place, sides, strict=True))
    return tuple(items), head


def _product(apply: Callable[[Tensor], Tensor], dtype: np.dtype, values: np.ndarray) -> np.ndarray:
    columns = torch.from_numpy(np.ascontiguousarray(values.reshape(len(values), -1), dtype=dtype))
    with torch.no_grad():
        product = apply(columns)[0].cpu().numpy()
    return product.reshape(-1, *values.shape[1:])


@torch.no_grad()
def page_rank(
    attention: AttentionMap, damping: float, tolerance: float | None, iterations: int
) -> Float[Tensor, "*batch heads keys"]:
    """The stationary distribution of a walker who follows the map, or jumps anywhere."""
    *lead, queries, tokens = attention.shape
    if not 0 <= damping < 1:
        raise AttentionError(f"centrality: damping is {damping}; expected a share in [0, 1).")
    if queries != tokens:
        raise AttentionError(
            f"centrality needs tokens that attend each other; the map has {queries} queries and {tokens} keys."
        )
    if tolerance is None:
        tolerance = 1e-10 if attention.dtype is torch.float64 else 1e-6
    lost = ~attention.attending()
    rank = torch.full((*lead, tokens), 1 / max(tokens, 1), dtype=attention.dtype, device=attention.device)
    for _ in range(iterations):
        spread = (rank * lost).sum(-1, keepdim=True)
        followed = attention.apply_transposed(rank.unsqueeze(-1)).squeeze(-1) + spread / max(tokens, 1)
        before, rank = rank, damping * followed + (1 - damping) / max(tokens, 1)
        if bool(((rank - before).abs().sum(-1) <= tolerance).all()):
            return rank
    raise AttentionError(
        f"centrality did not converge to {tolerance:g} in {iterations} iterations; allow more of either."
    )
