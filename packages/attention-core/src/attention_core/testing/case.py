"""Calls of a layer, and what is asked of their answers."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from attention_core.maps import Attended, DenseMap

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

Layer = Callable[[Tensor, Tensor, Tensor | None], Attended]


@dataclass(frozen=True)
class Case:
    """One call of a layer: query tokens, key tokens, and which queries may attend which keys."""

    query: Float[Tensor, "batch queries dim"]
    key: Float[Tensor, "batch keys key_dim"]
    mask: Bool[Tensor, "batch queries keys"]

    def to(self, dtype: torch.dtype) -> "Case":
        """The same case in another precision."""
        return replace(self, query=self.query.to(dtype), key=self.key.to(dtype))

    def keys(self, chosen: slice | Tensor) -> "Case":
        """The same queries with some of the keys, in the order given."""
        return Case(self.query, self.key[:, chosen], self.mask[..., chosen])

    def queries(self, chosen: slice) -> "Case":
        """Some of the queries with the same keys."""
        return Case(self.query[:, chosen], self.key, self.mask[:, chosen])

    def items(self, chosen: slice) -> "Case":
        """Some items of the batch."""
        return Case(self.query[chosen], self.key[chosen], self.mask[chosen])

    def padded(self, more: int, content: float = 0.0) -> "Case":
        """The same case with more keys behind, which no query may attend."""
        batch, _, dim = self.key.shape
        key = torch.cat([self.key, self.key.new_full((batch, more, dim), content)], 1)
        return Case(self.query, key, torch.nn.functional.pad(self.mask, (0, more)))

    def many_keys(self, keys: int) -> "Case":
        """The keys again and again, a little smaller each time, until there are as many as asked."""
        places = torch.arange(keys if self.key.shape[1] else 0)
        case = self.keys(places % max(1, self.key.shape[1]))
        return replace(case, key=case.key * (1 - places / (2 * keys)).to(case.key.dtype)[:, None])

    @property
    def unattended(self) -> Bool[Tensor, "batch keys"]:
        """Keys that no query may attend."""
        return ~self.mask.any(1)

    @property
    def silent(self) -> Bool[Tensor, "batch queries"]:
        """Queries that may attend no key."""
        return ~self.mask.any(-1)

    def __repr__(self) -> str:
        """Sides and mask, for the test that failed."""
        sides = f"query {list(self.query.shape)}, key {list(self.key.shape)}"
        return f"Case({sides}, mask {self.mask.int().tolist()})"


def draw_case(query_dim: int = 8, key_dim: int = 8, seed: int = 0) -> Case:
    """Two items, three queries, five keys; a query without keys, and a key that no query may attend."""
    mask = torch.tensor([[1, 1, 1, 1, 0], [1, 0, 1, 0, 0], [0, 0, 0, 0, 0]], dtype=torch.bool)
    return _filled(torch.stack([mask, mask.roll(1, 0)]), query_dim, key_dim, seed)


def cases(query_dim: int = 8, key_dim: int = 8) -> "SearchStrategy[Case]":
    """A hypothesis strategy of cases: shapes, masks and content; needs hypothesis."""
    from hypothesis import strategies as st

    def case(sides: tuple[int, int, int], seed: int, share: float) -> Case:
        random = torch.Generator().manual_seed(seed)
        return _filled(torch.rand(sides, generator=random) < share, query_dim, key_dim, seed)

    sides = st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(1, 6))
    return st.builds(case, sides, st.integers(0, 10_000), st.sampled_from([0.0, 0.3, 0.7, 1.0]))


def as_cross_attention(layer: Callable[[Tensor, Tensor], Attended]) -> Layer:
    """Adapt self-attention: queries and keys become one sequence, in which only queries attend, to keys only.

    `layer` takes tokens `[batch, tokens, dim]` and a mask `[batch, tokens, tokens]`. Keys stand before
    queries, so that an attention in causal order reaches them.
    """

    def attend_across(query: Tensor, key: Tensor, mask: Tensor | None) -> Attended:
        keys, tokens = key.shape[1], torch.cat([key, query], 1)
        sides = (len(query), tokens.shape[1], tokens.shape[1])
        pairs = torch.zeros(sides, dtype=torch.bool, device=query.device)
        pairs[:, keys:, :keys] = True if mask is None else mask
        values, attention = layer(tokens, pairs)
        block = (..., slice(keys, None), slice(keys))
        return Attended(values[:, keys:], DenseMap(attention.dense()[block], attention.allowed()[block]))

    return attend_across


def run(layer: Layer, case: Case, masked: bool = True) -> tuple[Tensor, Tensor]:
    """Values, and weights as `[batch, heads, queries, keys]`."""
    attended = layer(case.query, case.key, case.mask if masked else None)
    return attended.values, weights_of(attended, case)


def weights_of(attended: Attended, case: Case) -> Tensor:
    """Weights as `[batch, heads, queries, keys]`, for maps with more axes."""
    return attended.attention.dense().reshape(len(case.query), -1, case.query.shape[1], case.key.shape[1])


def gradients(layer: Layer, case: Case, look: bool = False) -> tuple[Tensor, Tensor]:
    """Gradients of the values with respect to queries and keys."""
    query, key = leaf(case.query), leaf(case.key)
    values, attention = layer(query, key, case.mask)
    if look:
        attention.summary()
        attention.entropy()
    weighting = torch.linspace(-1, 1, values.numel(), dtype=values.dtype).reshape(values.shape)
    by_query, by_key = torch.autograd.grad((values * weighting).sum(), (query, key), materialize_grads=True)
    return by_query, by_key


def leaf(tokens: Tensor) -> Tensor:
    """Tokens to take a gradient at."""
    return tokens.detach().clone().requires_grad_()


def agree(got: Tensor, expected: Tensor, sentence: str, tolerance: float = 1e-9) -> None:
    """Assert that two tensors are alike, saying what it means that they are not."""
    same = got.shape == expected.shape and torch.allclose(
        got.double(), expected.double(), tolerance, tolerance
    )
    assert same, f"{sentence}; got {got.flatten()[:4].tolist()} for {expected.flatten()[:4].tolist()}"


def same(layer: Layer, case: Case, other: Case, sentence: str) -> None:
    """Assert that a layer answers two cases alike."""
    for got, expected in zip(run(layer, other), run(layer, case), strict=True):
        agree(got, expected, sentence)


def _filled(mask: Tensor, query_dim: int, key_dim: int, seed: int) -> Case:
    random = torch.Generator().manual_seed(seed)
    batch, queries, keys = mask.shape
    query = torch.randn(batch, queries, query_dim, generator=random, dtype=torch.float64)
    key = torch.randn(batch, keys, key_dim, generator=random, dtype=torch.float64)
    return Case(query, key, mask)
