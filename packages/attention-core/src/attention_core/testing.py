"""The contract of an attention layer, as one assertion."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from attention_core.maps import Attended, DenseMap

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


def assert_attention_contract(layer: Layer, *, query_dim: int = 8, key_dim: int = 8, seed: int = 0) -> None:
    """Assert what every attention layer of this house promises.

    The layer is adapted by a callable that takes query tokens `[batch, queries, query_dim]`, key tokens
    `[batch, keys, key_dim]` and a mask `[batch, queries, keys]` (True = may be attended) or None, and returns
    `Attended` with values `[batch, queries, dim]` and a map of batch, heads, queries and keys. It follows the
    dtype of its tokens and drops nothing out; for a module:

        def layer(query, key, mask):
            return module.to(query.dtype)(query, key, mask=None if mask is None else mask[:, None])

    The clauses: shapes; rows sum to one or are empty; masked keys have no weight and no influence, and where
    no query may attend them may be NaN or infinite; a query without keys is silent in every statistic;
    padding and the order of keys do not matter; batch items do not touch; no keys, one key, no queries and no
    batch work; looking changes neither values nor gradients; float32 agrees with float64; gradients are
    finite and agree with finite differences.

    Raises:
        AssertionError: naming the clause that is broken.
    """
    case = _case(query_dim, key_dim, seed)
    for clause in CLAUSES:
        try:
            clause(layer, case)
        except Exception as error:
            raise AssertionError(f"{clause.__name__.strip('_').replace('_', ' ')}: {error}") from error


def as_cross_attention(layer: Callable[[Tensor, Tensor], Attended]) -> Layer:
    """Adapt self-attention: queries and keys become one sequence, in which only queries attend, to keys only.

    `layer` takes tokens `[batch, tokens, dim]` and a mask `[batch, tokens, tokens]`.
    """

    def attend_across(query: Tensor, key: Tensor, mask: Tensor | None) -> Attended:
        queries, tokens = query.shape[1], torch.cat([query, key], 1)
        pairs = torch.zeros(
            len(query), tokens.shape[1], tokens.shape[1], dtype=torch.bool, device=query.device
        )
        pairs[:, :queries, queries:] = True if mask is None else mask
        values, attention = layer(tokens, pairs)
        block = (..., slice(queries), slice(queries, None))
        return Attended(values[:, :queries], DenseMap(attention.dense()[block], attention.allowed()[block]))

    return attend_across


def _case(query_dim: int, key_dim: int, seed: int) -> Case:
    """Two items, three queries, five keys; a query without keys, and a key that no query may attend."""
    random = torch.Generator().manual_seed(seed)
    query = torch.randn(2, 3, query_dim, generator=random, dtype=torch.float64)
    key = torch.randn(2, 5, key_dim, generator=random, dtype=torch.float64)
    mask = torch.tensor([[1, 1, 1, 1, 0], [1, 0, 1, 0, 0], [0, 0, 0, 0, 0]], dtype=torch.bool)
    return Case(query, key, torch.stack([mask, mask.roll(1, 0)]))


def _weights(attended: Attended, case: Case) -> Tensor:
    return attended.attention.dense().reshape(len(case.query), -1, case.query.shape[1], case.key.shape[1])


def _agree(got: Tensor, expected: Tensor, sentence: str, tolerance: float = 1e-9) -> None:
    same = got.shape == expected.shape and torch.allclose(
        got.double(), expected.double(), tolerance, tolerance
    )
    assert same, f"{sentence}; got {got.flatten()[:4].tolist()} for {expected.flatten()[:4].tolist()}"


def _run(layer: Layer, case: Case) -> tuple[Tensor, Tensor]:
    attended = layer(case.query, case.key, case.mask)
    return attended.values, _weights(attended, case)


def _run_unmasked(layer: Layer, case: Case) -> tuple[Tensor, Tensor]:
    attended = layer(case.query, case.key, None)
    return attended.values, _weights(attended, case)


def _same(layer: Layer, case: Case, other: Case, sentence: str) -> None:
    for got, expected in zip(_run(layer, other), _run(layer, case), strict=True):
        _agree(got, expected, sentence)


def _shapes(layer: Layer, case: Case) -> None:
    attended = layer(case.query, case.key, case.mask)
    batch, queries, _ = case.query.shape
    assert attended.values.shape[:-1] == (batch, queries), f"values have shape {list(attended.values.shape)}"
    shape = attended.attention.shape
    assert shape == attended.attention.dense().shape, f"the map tells shape {list(shape)} and has another"
    assert shape[-1] == case.key.shape[1], f"the map has shape {list(shape)}"
    _weights(attended, case)


def _rows_sum_to_one(layer: Layer, case: Case) -> None:
    _, weights = _run(layer, case)
    _agree(
        weights.sum(-1),
        case.mask.any(-1)[:, None].expand(weights.shape[:-1]),
        "rows sum to one, or zero without keys",
    )
    assert (weights >= 0).all(), "a weight is negative"
    _agree(_run_unmasked(layer, case)[1].sum(-1), torch.ones(weights.shape[:-1]), "rows sum to one")


def _a_full_mask_is_no_mask(layer: Layer, case: Case) -> None:
    full = replace(case, mask=torch.ones_like(case.mask))
    for got, expected in zip(_run(layer, full), _run_unmasked(layer, case), strict=True):
        _agree(got, expected, "a mask that allows everything changes the answer")


def _a_masked_key_has_no_weight(layer: Layer, case: Case) -> None:
    _, weights = _run(layer, case)
    assert (weights.masked_select(~case.mask[:, None]) == 0).all(), "a masked key has weight"


def _a_masked_key_has_no_influence(layer: Layer, case: Case) -> None:
    """Key 3 is masked for all queries but one, whose row may change."""
    key = case.key.clone()
    key[:, 3] += 5.0
    values, _ = _run(layer, case)
    changed, _ = _run(layer, replace(case, key=key))
    _agree(changed[~case.mask[..., 3]], values[~case.mask[..., 3]], "a masked key reaches the values")


def _spoilt(case: Case) -> Iterator[Case]:
    for content in (1e10, float("nan"), float("inf"), -float("inf")):
        key = case.key.clone()
        key[:, 4] = content
        yield replace(case, key=key)


def _padding_may_hold_anything(layer: Layer, case: Case) -> None:
    clean = _gradients(layer, case)
    for spoilt in _spoilt(case):
        held = spoilt.key[0, 4, 0].item()
        _same(layer, case, spoilt, f"a key that no query may attend reaches the answer when it holds {held}")
        for got, expected in zip(_gradients(layer, spoilt), clean, strict=True):
            _agree(got, expected, f"a key that no query may attend reaches the gradient when it holds {held}")


def _padding_does_not_matter(layer: Layer, case: Case) -> None:
    values, weights = _run(layer, case.keys(slice(4)))
    padded_values, padded_weights = _run(layer, case)
    _agree(padded_values, values, "padding changes the values")
    _agree(padded_weights[..., :4], weights, "padding changes the weights")


def _a_query_without_keys_is_silent(layer: Layer, case: Case) -> None:
    values, attention = layer(case.query, case.key, case.mask)
    assert values.isfinite().all(), "a query without keys gets values that are not finite"
    empty = ~case.mask.any(-1)[:, None]
    for name in ("entropy", "effective_keys", "largest"):
        statistic = getattr(attention, name)().reshape(len(case.query), -1, case.query.shape[1])
        assert (statistic.masked_select(empty) == 0).all(), f"a query without keys has {name}"
    indices = attention.topk(2).indices.reshape(len(case.query), -1, case.query.shape[1], 2)
    assert (indices.masked_select(empty[..., None]) == -1).all(), "a query without keys has a largest key"
    other = replace(case, key=case.key * 2 + 1)
    _agree(_run(layer, other)[0][empty[:, 0]], values[empty[:, 0]], "a query without keys follows the keys")


def _the_order_of_keys_does_not_matter(layer: Layer, case: Case) -> None:
    order = torch.tensor([3, 0, 4, 2, 1])
    values, weights = _run(layer, case.keys(order))
    expected_values, expected_weights = _run(layer, case)
    _agree(values, expected_values, "values follow the order of keys")
    _agree(weights, expected_weights[..., order], "weights do not follow their keys")


def _batch_items_do_not_touch(layer: Layer, case: Case) -> None:
    alone = Case(case.query[:1], case.key[:1], case.mask[:1])
    for got, expected in zip(_run(layer, case), _run(layer, alone), strict=True):
        _agree(got[:1], expected, "a batch item changes another")


def _one_key_gets_everything(layer: Layer, case: Case) -> None:
    values, weights = _run_unmasked(layer, case.keys(slice(1)))
    _agree(weights, torch.ones_like(weights), "one key does not get all the weight")
    assert values.isfinite().all(), "values are not finite"


def _empty_inputs_work(layer: Layer, case: Case) -> None:
    empties = {
        "keys": case.keys(slice(0)),
        "queries": Case(case.query[:, :0], case.key, case.mask[:, :0]),
        "batch": Case(case.query[:0], case.key[:0], case.mask[:0]),
    }
    for axis, empty in empties.items():
        values, attention = layer(empty.query, empty.key, empty.mask)
        assert values.shape[:-1] == empty.query.shape[:-1], (
            f"without {axis}, values have shape {list(values.shape)}"
        )
        assert values.isfinite().all(), f"without {axis}, values are not finite"
        assert all((statistic == 0).all() for statistic in attention.summary().values()), (
            f"without {axis}, a statistic is not zero"
        )


def _leaf(tokens: Tensor) -> Tensor:
    return tokens.detach().clone().requires_grad_()


def _gradients(layer: Layer, case: Case, look: bool = False) -> tuple[Tensor, Tensor]:
    """Gradients of the values with respect to queries and keys."""
    query, key = _leaf(case.query), _leaf(case.key)
    values, attention = layer(query, key, case.mask)
    if look:
        attention.summary()
        attention.entropy()
    weighting = torch.linspace(-1, 1, values.numel(), dtype=values.dtype).reshape(values.shape)
    by_query, by_key = torch.autograd.grad((values * weighting).sum(), (query, key), materialize_grads=True)
    return by_query, by_key


def _looking_changes_nothing(layer: Layer, case: Case) -> None:
    for got, expected in zip(_gradients(layer, case, look=True), _gradients(layer, case), strict=True):
        assert torch.equal(got, expected), "the gradient differs when the map is looked at"
    first = layer(case.query, case.key, case.mask)
    second = layer(case.query, case.key, case.mask)
    second.attention.summary()
    assert torch.equal(first.values, second.values), "the values differ when the map is looked at"


def _single_precision_agrees_with_double(layer: Layer, case: Case) -> None:
    for got, expected in zip(_run(layer, case.to(torch.float32)), _run(layer, case), strict=True):
        assert got.dtype == torch.float32, f"float32 tokens give {got.dtype}"
        _agree(got, expected, "float32 and float64 differ", tolerance=1e-4)


def _gradients_agree_with_finite_differences(layer: Layer, case: Case) -> None:
    def answers(query: Tensor, key: Tensor) -> tuple[Tensor, ...]:
        values, attention = layer(query, key, case.mask)
        return values, attention.dense(), attention.entropy(), attention.received()

    assert torch.autograd.gradcheck(answers, (_leaf(case.query), _leaf(case.key)), fast_mode=True)


CLAUSES = (
    _shapes,
    _rows_sum_to_one,
    _a_full_mask_is_no_mask,
    _a_masked_key_has_no_weight,
    _a_query_without_keys_is_silent,
    _a_masked_key_has_no_influence,
    _padding_may_hold_anything,
    _padding_does_not_matter,
    _the_order_of_keys_does_not_matter,
    _batch_items_do_not_touch,
    _one_key_gets_everything,
    _empty_inputs_work,
    _looking_changes_nothing,
    _single_precision_agrees_with_double,
    _gradients_agree_with_finite_differences,
)
