import pytest
import torch
from hypothesis import given
from torch.autograd.function import once_differentiable

from attention_core import Attended, DenseMap, TopK
from attention_core.testing import CLAUSES, assert_attention_contract, broken_clauses, cases


def softmax_attention(query, key, mask):
    """Attention as the contract wants it, in plain torch; what breaks it below starts from here."""
    allowed = torch.ones(*query.shape[:2], key.shape[1], dtype=torch.bool) if mask is None else mask
    used = allowed.any(1)[..., None]
    key = torch.where(used, key, 0.0)
    scores = (query @ key.mT).masked_fill(~allowed, torch.finfo(query.dtype).min)
    weights = scores.softmax(-1) * allowed
    return Attended(weights @ key, DenseMap(weights[:, None], allowed[:, None]))


def answering(kind):
    """Plain attention whose map is of another kind."""

    def layer(query, key, mask):
        values, attention = softmax_attention(query, key, mask)
        return Attended(values, kind(attention.weights, attention.mask))

    return layer


def changed(weights_to_weights=None, values_to_values=None):
    def layer(query, key, mask):
        values, attention = softmax_attention(query, key, mask)
        if weights_to_weights is not None:
            attention = DenseMap(weights_to_weights(attention.weights), attention.mask)
        return Attended(values if values_to_values is None else values_to_values(values), attention)

    return layer


def without_mask(query, key, mask):
    return softmax_attention(query, key, None)


def masked_by_a_large_number(query, key, mask):
    """The usual slip: a fully masked row attends everywhere."""
    bias = 0.0 if mask is None else torch.where(mask, 0.0, -1e9)
    weights = (query @ key.mT + bias).softmax(-1)
    return Attended(weights @ key, DenseMap(weights[:, None]))


def masked_by_minus_infinity(query, key, mask):
    """The other usual slip: a fully masked row is NaN."""
    scores = query @ key.mT if mask is None else (query @ key.mT).masked_fill(~mask, -torch.inf)
    return Attended(scores.softmax(-1) @ key, DenseMap(scores.softmax(-1)[:, None]))


def trusting_padding(query, key, mask):
    """Masked weights are zero, but zero times NaN is not."""
    allowed = torch.ones(*query.shape[:2], key.shape[1], dtype=torch.bool) if mask is None else mask
    weights = (query @ key.mT).masked_fill(~allowed, -1e30).softmax(-1) * allowed
    return Attended(weights @ key, DenseMap(weights[:, None], allowed[:, None]))


def leaking_through_the_values(query, key, mask):
    values, attention = softmax_attention(query, key, mask)
    attended = attention.mask[:, 0].any(1)[..., None]
    attending = attention.mask[:, 0].any(2)[..., None]
    return Attended(values + attending * torch.where(attended, key, 0.0).sum(1, keepdim=True), attention)


def counting_its_keys(query, key, mask):
    values, attention = softmax_attention(query, key, mask)
    return Attended(values * key.shape[1], attention)


def following_positions(query, key, mask):
    position = torch.linspace(0, 1, 12, dtype=key.dtype)[: key.shape[1], None]
    return softmax_attention(query, key + position, mask)


def normalising_over_the_batch(query, key, mask):
    return softmax_attention(query - query.mean(0) if len(query) else query, key, mask)


def refusing_an_empty_batch(query, key, mask):
    if not query.numel():
        raise RuntimeError("nothing to attend from")
    return softmax_attention(query, key, mask)


def doubling_its_gradient(query, key, mask):
    values, attention = softmax_attention(query, key, mask)
    if values.requires_grad:
        values.register_hook(lambda gradient: 2 * gradient)
    return Attended(values, attention)


def rounding_in_single_precision(query, key, mask):
    if query.dtype == torch.float32:
        query = query.half().float()
    return softmax_attention(query, key, mask)


def noticing_when_looked_at(query, key, mask):
    looks = []

    class LookedAt(DenseMap):
        def entropy(self):
            looks.append(self)
            return super().entropy()

    values, attention = softmax_attention(query, key, mask)
    if values.requires_grad:
        values.register_hook(lambda gradient: gradient * (1 + len(looks)))
    return Attended(values, LookedAt(attention.weights, attention.mask))


def masking_whole_rows_only(query, key, mask):
    return softmax_attention(
        query, key, None if mask is None else mask.any(-1, keepdim=True).expand(mask.shape)
    )


def answering_without_keys(query, key, mask):
    values, attention = softmax_attention(query, key, mask)
    silent = ~attention.mask.any(-1)[:, 0, :, None]
    used = attention.mask.any(-2)[:, 0, :, None]
    return Attended(values + silent * torch.where(used, key, 0).sum(1, keepdim=True), attention)


def ignoring_a_single_key(query, key, mask):
    values, attention = softmax_attention(query, key, mask)
    return Attended(values, DenseMap(attention.weights * (key.shape[1] != 1), attention.mask))


def turning_one_row_without_a_mask(query, key, mask):
    values, attention = softmax_attention(query, key, mask)
    return Attended(values if mask is not None else -values, attention)


class TooUncertain(DenseMap):
    def entropy(self):
        return super().entropy() + 10 * self.allowed().any(-1)


class Imprecise(DenseMap):
    def entropy(self):
        return 0.99 * super().entropy()


class LastAmongEquals(DenseMap):
    """The largest weights in the right order, but of equal ones the later key first."""

    def topk(self, k):
        top = DenseMap(self.weights.flip(-1), self.allowed().flip(-1)).topk(k)
        last = self.shape[-1] - 1
        return TopK(top.weights, torch.where(top.indices < 0, top.indices, last - top.indices))


def counting_its_queries(query, key, mask):
    values, attention = softmax_attention(query, key, mask)
    return Attended(values * query.shape[1], attention)


def assuming_contiguous_tensors(query, key, mask):
    """What a kernel does that reads memory in order and forgets the strides."""
    in_order = key.untyped_storage().size() == key.numel() * key.element_size()
    if key.numel() and in_order and not key.requires_grad:
        key = torch.as_strided(key, key.shape, torch.empty(key.shape).stride(), 0)
    return softmax_attention(query, key, mask)


def exponentiating_large_scores(query, key, mask):
    allowed = torch.ones(*query.shape[:2], key.shape[1], dtype=torch.bool) if mask is None else mask
    if query.dtype != torch.float64:
        return softmax_attention(query, key, mask)
    key = torch.where(allowed.any(1)[..., None], key, 0.0)
    exponents = (query @ key.mT).exp() * allowed
    weights = exponents / torch.where(allowed.any(-1, keepdim=True), exponents.sum(-1, keepdim=True), 1.0)
    return Attended(weights @ key, DenseMap(weights[:, None], allowed[:, None]))


def counting_threads(query, key, mask):
    values, attention = softmax_attention(query, key, mask)
    return Attended(values * torch.get_num_threads(), attention)


class Once(torch.autograd.Function):
    """The identity, whose gradient is right and has no gradient that is."""

    @staticmethod
    def forward(ctx, values):
        return values.clone()

    @staticmethod
    def backward(ctx, gradient):
        return Twice.apply(gradient)


class Twice(torch.autograd.Function):
    @staticmethod
    def forward(ctx, gradient):
        return gradient.clone()

    @staticmethod
    def backward(ctx, gradient):
        return 2 * gradient


def forgetting_second_derivatives(query, key, mask):
    values, attention = softmax_attention(query, key, mask)
    return Attended(Once.apply(values), attention)


class Logarithm(torch.autograd.Function):
    """As a fused route may be: its gradient is right, and has no graph where the gradient that it is sent has none."""

    @staticmethod
    def forward(ctx, numbers):
        ctx.save_for_backward(numbers)
        return numbers.log()

    @staticmethod
    @once_differentiable
    def backward(ctx, gradient):
        return gradient / ctx.saved_tensors[0]


class ForgettingForMany(DenseMap):
    def entropy(self):
        entropy = super().entropy()
        return entropy if self.shape[-1] < 600 else Logarithm.apply(entropy.exp())


BROKEN = {
    "shapes": changed(values_to_values=lambda values: values.mT),
    "rows sum to one": changed(lambda weights: 2 * weights),
    "a full mask is no mask": turning_one_row_without_a_mask,
    "a masked key has no weight": masking_whole_rows_only,
    "a query without keys is silent": answering_without_keys,
    "one key gets everything": ignoring_a_single_key,
    "empty inputs work": refusing_an_empty_batch,
    "statistics keep their bounds": answering(TooUncertain),
    "statistics are those of the matrix": answering(Imprecise),
    "a masked key has no influence": leaking_through_the_values,
    "padding may hold anything": trusting_padding,
    "padding does not matter": counting_its_keys,
    "the order of keys does not matter": following_positions,
    "a repeated key shares its weight": answering(LastAmongEquals),
    "queries do not touch": counting_its_queries,
    "batch items do not touch": normalising_over_the_batch,
    "looking changes nothing": noticing_when_looked_at,
    "the layout of tensors does not matter": assuming_contiguous_tensors,
    "large inputs stay finite": exponentiating_large_scores,
    "the number of threads does not matter": counting_threads,
    "low precision agrees with double": rounding_in_single_precision,
    "gradients agree with finite differences": doubling_its_gradient,
    "second derivatives are right or refused": forgetting_second_derivatives,
}


def test_every_clause_has_a_layer_that_breaks_it():
    assert [*BROKEN] == [*CLAUSES]


def test_plain_attention_keeps_the_contract():
    assert_attention_contract(softmax_attention)
    assert broken_clauses(softmax_attention) == {}


@given(cases())
def test_plain_attention_keeps_the_contract_in_every_case(case):
    assert_attention_contract(softmax_attention, case)


@pytest.mark.parametrize("clause", BROKEN)
def test_a_layer_that_breaks_a_clause_is_told_which(clause):
    with pytest.raises(AssertionError, match=f"^{clause}: "):
        assert_attention_contract(BROKEN[clause])
    assert clause in broken_clauses(BROKEN[clause])


def test_second_derivatives_are_also_asked_of_maps_of_many_keys():
    assert [*broken_clauses(answering(ForgettingForMany))] == ["second derivatives are right or refused"]


def test_a_clause_may_be_broken_for_a_reason_and_then_must():
    assert_attention_contract(answering(LastAmongEquals), except_for=["a repeated key shares its weight"])
    with pytest.raises(
        AssertionError, match=r"^a repeated key shares its weight: kept, and was to be broken"
    ):
        assert_attention_contract(softmax_attention, except_for=["a repeated key shares its weight"])
    with pytest.raises(AssertionError, match="no such clause: manners"):
        assert_attention_contract(softmax_attention, except_for=["manners"])


@pytest.mark.parametrize("layer", [without_mask, masked_by_a_large_number, masked_by_minus_infinity])
def test_a_layer_that_masks_wrongly_is_refused(layer):
    with pytest.raises(AssertionError, match=r"^rows sum to one: "):
        assert_attention_contract(layer)


@given(cases())
def test_a_case_prints_what_is_needed_to_find_it_again(case):
    assert str(case.mask.int().tolist()) in repr(case)
    assert case.padded(2).keys(slice(case.key.shape[1])).mask.equal(case.mask)
