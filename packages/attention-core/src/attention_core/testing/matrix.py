"""Clauses about the matrix of weights and what the map says of it."""

import torch
from torch import Tensor

from attention_core.maps import DenseMap
from attention_core.testing.case import Case, Layer, agree, gradients, run, weights_of


def shapes(layer: Layer, case: Case) -> None:
    """Values and map have the sides of the case."""
    attended = layer(case.query, case.key, case.mask)
    batch, queries, _ = case.query.shape
    assert attended.values.shape[:-1] == (batch, queries), f"values have shape {list(attended.values.shape)}"
    shape = attended.attention.shape
    assert shape == attended.attention.dense().shape, f"the map tells shape {list(shape)} and has another"
    assert shape[-1] == case.key.shape[1], f"the map has shape {list(shape)}"
    weights_of(attended, case)


def rows_sum_to_one(layer: Layer, case: Case) -> None:
    """Weights are not negative and sum to one over the keys, or to zero where none may be attended."""
    _, weights = run(layer, case)
    filled = case.mask.any(-1)[:, None].expand(weights.shape[:-1])
    agree(weights.sum(-1), filled, "rows sum to one, or zero without keys")
    assert (weights >= 0).all(), "a weight is negative"
    _, weights = run(layer, case, masked=False)
    agree(weights.sum(-1), torch.ones(weights.shape[:-1]), "rows sum to one")


def a_full_mask_is_no_mask(layer: Layer, case: Case) -> None:
    """A mask that allows everything is as good as none."""
    full = Case(case.query, case.key, torch.ones_like(case.mask))
    for got, expected in zip(run(layer, full), run(layer, case, masked=False), strict=True):
        agree(got, expected, "a mask that allows everything changes the answer")


def a_masked_key_has_no_weight(layer: Layer, case: Case) -> None:
    """The weight of a masked key is exactly zero."""
    _, weights = run(layer, case)
    assert (weights.masked_select(~case.mask[:, None]) == 0).all(), "a masked key has weight"


def a_query_without_keys_is_silent(layer: Layer, case: Case) -> None:
    """Its statistics are zero, its largest keys are none, and neither its values nor its gradient depend on keys."""
    values, attention = layer(case.query, case.key, case.mask)
    assert values.isfinite().all(), "a query without keys gets values that are not finite"
    empty = case.silent[:, None]
    for name in ("entropy", "effective_keys", "largest"):
        statistic = _by_query(getattr(attention, name)(), case)
        assert (statistic.masked_select(empty) == 0).all(), f"a query without keys has {name}"
    indices = attention.topk(1).indices.reshape(len(case.query), -1, case.query.shape[1])
    assert (indices.masked_select(empty) == -1).all(), "a query without keys has a largest key"
    other = Case(case.query, case.key * 2 + 1, case.mask)
    changed, _ = run(layer, other)
    agree(changed[empty[:, 0]], values[empty[:, 0]], "a query without keys follows the keys")
    quiet = Case(case.query, case.key, torch.zeros_like(case.mask))
    assert (gradients(layer, quiet)[1] == 0).all(), "keys get a gradient where no query attends"


def one_key_gets_everything(layer: Layer, case: Case) -> None:
    """A single key has weight one."""
    values, weights = run(layer, case.keys(slice(1)), masked=False)
    agree(weights, torch.ones_like(weights), "one key does not get all the weight")
    assert values.isfinite().all(), "values are not finite"


def empty_inputs_work(layer: Layer, case: Case) -> None:
    """No keys, no queries and no batch give empty or zero answers."""
    empties = {"keys": case.keys(slice(0)), "queries": case.queries(slice(0)), "batch": case.items(slice(0))}
    for axis, empty in empties.items():
        values, attention = layer(empty.query, empty.key, empty.mask)
        assert values.shape[:-1] == empty.query.shape[:-1], (
            f"without {axis}, values have shape {list(values.shape)}"
        )
        assert values.isfinite().all(), f"without {axis}, values are not finite"
        assert all((statistic == 0).all() for statistic in attention.summary().values()), (
            f"without {axis}, a statistic is not zero"
        )


def statistics_keep_their_bounds(layer: Layer, case: Case) -> None:
    """0 ≤ H ≤ ln n, 1/n ≤ Σp² ≤ 1, max ≤ 1, e^H ≥ 1/max; received attention sums to the queries that attend."""
    attention = layer(case.query, case.key, case.mask).attention
    keys, filled = case.mask.sum(-1)[:, None], (~case.silent[:, None]).double()
    entropy, largest = (_by_query(each, case) for each in (attention.entropy(), attention.largest()))
    slack = 1e-9
    assert (entropy >= -slack).all(), "an entropy is negative"
    assert (entropy <= keys.clamp_min(1).log() + slack).all(), (
        "an entropy is larger than that of equal weights"
    )
    assert (largest <= 1 + slack).all(), "a weight is larger than one"
    assert (largest * entropy.exp() >= filled - slack).all(), (
        "effective keys are fewer than one over the largest weight"
    )
    received = attention.received().reshape(len(case.query), -1, case.key.shape[1]).sum(-1)
    agree(
        received,
        filled.sum(-1).expand(received.shape),
        "received attention does not sum to the attending queries",
    )
    halves = torch.arange(case.key.shape[1]) % 2
    agree(
        _by_query(attention.mass(halves).sum(-1), case),
        filled.expand(entropy.shape),
        "the mass on all groups is not one",
    )


def statistics_are_those_of_the_matrix(layer: Layer, case: Case) -> None:
    """Every statistic of the map is that of its dense weights."""
    attention = layer(case.query, case.key, case.mask).attention
    matrix = DenseMap(attention.dense(), attention.allowed())
    tokens = torch.linspace(-1, 1, case.key.shape[1] * 2, dtype=torch.float64).reshape(-1, 2)
    given = torch.linspace(-1, 1, attention.shape[-2] * 2, dtype=torch.float64).reshape(-1, 2)
    asked = {
        "entropy": lambda attention: attention.entropy(),
        "effective_keys": lambda attention: attention.effective_keys(),
        "largest": lambda attention: attention.largest(),
        "received": lambda attention: attention.received(),
        "topk": lambda attention: attention.topk(case.key.shape[1]).weights,
        "mass": lambda attention: attention.mass(torch.arange(case.key.shape[1]) % 2),
        "apply": lambda attention: attention.apply(tokens),
        "apply_transposed": lambda attention: attention.apply_transposed(given),
        "rows": lambda attention: attention.rows([-1]),
    }
    for name, ask in asked.items():
        agree(ask(attention), ask(matrix), f"{name} is not that of the matrix")
    weights = matrix.weights
    entropy = torch.special.entr(weights).sum(-1)
    agree(attention.entropy(), entropy, "entropy is not Σ p ln 1/p")
    agree(attention.received(), weights.sum(-2), "received is not Σ_i p_ij")


def _by_query(statistic: Tensor, case: Case) -> Tensor:
    return statistic.reshape(len(case.query), -1, case.query.shape[1])


CLAUSES = (
    shapes,
    rows_sum_to_one,
    a_full_mask_is_no_mask,
    a_masked_key_has_no_weight,
    a_query_without_keys_is_silent,
    one_key_gets_everything,
    empty_inputs_work,
    statistics_keep_their_bounds,
    statistics_are_those_of_the_matrix,
)
