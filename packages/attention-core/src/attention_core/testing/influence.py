"""Clauses about who reaches whom: masked keys, padding, neighbours in a sequence and in a batch."""

from dataclasses import replace

import torch

from attention_core.testing.case import Case, Layer, agree, gradients, run, same


def a_masked_key_has_no_influence(layer: Layer, case: Case) -> None:
    """Changing a key changes no row that may not attend it."""
    values, _ = run(layer, case)
    for place in range(case.key.shape[1]):
        key = case.key.clone()
        key[:, place] += 5.0
        changed, _ = run(layer, replace(case, key=key))
        blind = ~case.mask[..., place]
        agree(changed[blind], values[blind], "a masked key reaches the values")


def padding_may_hold_anything(layer: Layer, case: Case) -> None:
    """Keys that no query may attend reach neither answer nor gradient, whatever they hold."""
    padded = case.padded(1)
    clean = gradients(layer, padded)
    for content in (1e10, float("nan"), float("inf"), -float("inf")):
        key = padded.key.masked_fill(padded.unattended[..., None], content)
        spoilt = replace(padded, key=key)
        held = f"when it holds {content}"
        same(layer, padded, spoilt, f"a key that no query may attend reaches the answer {held}")
        for got, expected in zip(gradients(layer, spoilt), clean, strict=True):
            agree(got, expected, f"a key that no query may attend reaches the gradient {held}")


def padding_does_not_matter(layer: Layer, case: Case) -> None:
    """Padding to any length leaves the answer as it is."""
    values, weights = run(layer, case)
    for more in (1, 4):
        padded_values, padded_weights = run(layer, case.padded(more))
        agree(padded_values, values, "padding changes the values")
        agree(padded_weights[..., :-more], weights, "padding changes the weights")


def the_order_of_keys_does_not_matter(layer: Layer, case: Case) -> None:
    """Weights, largest keys included, go with their keys, and values stay."""
    order = torch.arange(case.key.shape[1]).flip(0)
    values, weights = run(layer, case.keys(order))
    expected_values, expected_weights = run(layer, case)
    agree(values, expected_values, "values follow the order of keys")
    agree(weights, expected_weights[..., order], "weights do not follow their keys")
    first, second = (layer(each.query, each.key, each.mask).attention for each in (case, case.keys(order)))
    here, there = first.topk(1), second.topk(1)
    mirrored = torch.where(there.indices < 0, there.indices, len(order) - 1 - there.indices)
    assert torch.equal(here.indices, mirrored), "the largest keys do not follow their keys"


def a_repeated_key_shares_its_weight(layer: Layer, case: Case) -> None:
    """A key and its copy weigh the same, and among the largest the earlier comes first."""
    keys = case.key.shape[1]
    repeated = case.keys(torch.cat([torch.arange(keys), torch.tensor([0])]))
    _, shared = run(layer, repeated)
    agree(shared[..., keys], shared[..., 0], "a key and its copy do not weigh the same")
    indices = layer(repeated.query, repeated.key, repeated.mask).attention.topk(keys + 1).indices
    indices = indices.reshape(*shared.shape[:-1], keys + 1)
    original, copy = ((indices == place).int().argmax(-1) for place in (0, keys))
    # Exactly equal: at another place a kernel may sum in another order.
    both = repeated.mask[:, None, :, 0] & (shared[..., keys] == shared[..., 0])
    assert (original < copy)[both].all(), "among equal keys the earlier does not come first"


def queries_do_not_touch(layer: Layer, case: Case) -> None:
    """Each query gets what it gets alone."""
    values, weights = run(layer, case)
    for place in range(case.query.shape[1]):
        one = slice(place, place + 1)
        alone_values, alone_weights = run(layer, case.queries(one))
        agree(values[:, one], alone_values, "a query changes the values of another")
        agree(weights[:, :, one], alone_weights, "a query changes the weights of another")


def batch_items_do_not_touch(layer: Layer, case: Case) -> None:
    """Each item of a batch gets what it gets alone."""
    together = run(layer, case)
    for item in range(len(case.query)):
        one = slice(item, item + 1)
        for got, expected in zip(together, run(layer, case.items(one)), strict=True):
            agree(got[one], expected, "a batch item changes another")


CLAUSES = (
    a_masked_key_has_no_influence,
    padding_may_hold_anything,
    padding_does_not_matter,
    the_order_of_keys_does_not_matter,
    a_repeated_key_shares_its_weight,
    queries_do_not_touch,
    batch_items_do_not_touch,
)
