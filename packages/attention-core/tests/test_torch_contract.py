"""The contract, asked of torch's own attentions: what they break is listed with its public report."""

from dataclasses import replace

import torch
from hypothesis import Phase, given, settings
from torch import nn
from torch.nn import functional as F

from attention_core import Attended, DenseMap, MultiHeadAttention, TorchInterface
from attention_core.testing import assert_attention_contract, broken_clauses, cases, draw_case

# A case is small already, and the contract too long to be shrunk.
few = settings(max_examples=4, phases=(Phase.explicit, Phase.reuse, Phase.generate))
NAN_IN_MASKED_KEYS = "https://github.com/pytorch/pytorch/issues/101967"
NAN_IN_ROWS_WITHOUT_KEYS = "https://github.com/pytorch/pytorch/issues/41508"
# Closed: https://github.com/pytorch/pytorch/issues/103749 and 103963, zeros for rows without keys in SDPA.
# Open, and refused rather than wrong: https://github.com/pytorch/pytorch/issues/116350, second derivatives.

SDPA_BREAKS = {"padding may hold anything": NAN_IN_MASKED_KEYS}
MULTIHEAD_BREAKS = {
    "padding may hold anything": NAN_IN_MASKED_KEYS,
    "a query without keys is silent": NAN_IN_ROWS_WITHOUT_KEYS,
}


def sdpa(query, key, mask):
    """The fused kernel; its weights are what it makes of an identity beside the values."""
    keys, dim = key.shape[1:]
    identity = torch.eye(keys, dtype=key.dtype).expand(len(key), 1, keys, keys)
    mask = None if mask is None else mask[:, None]
    beside = torch.cat([key[:, None], identity], -1)
    found = F.scaled_dot_product_attention(query[:, None], key[:, None], beside, attn_mask=mask)
    return Attended(found[:, 0, :, :dim], DenseMap(found[..., dim:], mask))


def called_as_torch(module):
    """What is called as `nn.MultiheadAttention` is, asked for everything that it returns."""

    def layer(query, key, mask):
        out = None if mask is None else ~mask.repeat_interleave(2, 0)
        values, weights = module.to(query.dtype)(query, key, key, attn_mask=out, average_attn_weights=False)
        return Attended(values, DenseMap(weights, None if mask is None else mask[:, None]))

    return layer


def theirs():
    return called_as_torch(nn.MultiheadAttention(8, 2, batch_first=True))


def ours():
    return called_as_torch(TorchInterface(MultiHeadAttention(8, 2), batch_first=True))


def with_keys_for_every_query():
    case = draw_case()
    first = torch.arange(case.key.shape[1]) == 0
    return replace(case, mask=case.mask | (case.silent[..., None] & first))


@few
@given(cases())
def test_sdpa_breaks_one_clause(case):
    assert_attention_contract(sdpa, case, except_for=SDPA_BREAKS)


def test_torchs_multihead_attention_breaks_two_clauses_where_every_query_has_keys():
    case = with_keys_for_every_query()
    assert_attention_contract(theirs(), case, except_for=MULTIHEAD_BREAKS)


def test_it_breaks_nearly_all_of_them_where_one_has_none():
    """A row without keys is NaN, so that whatever compares answers fails: issue 41508, open since 2020."""
    broken = broken_clauses(theirs())
    kept = {"shapes", "a full mask is no mask", "one key gets everything", "empty inputs work"}
    assert not kept & set(broken)
    assert {"rows sum to one", "gradients agree with finite differences"} <= set(broken)


def test_asking_for_weights_changes_what_it_answers():
    """https://github.com/pytorch/pytorch/issues/160064: zeros where weights are not needed, NaN where they are."""
    module, tokens = nn.MultiheadAttention(8, 2, batch_first=True, bias=False), torch.randn(1, 3, 8)
    out = torch.tensor([[False] * 3, [True] * 3, [False] * 3])
    seen, _ = module(tokens, tokens, tokens, attn_mask=out)
    unseen, _ = module(tokens, tokens, tokens, attn_mask=out, need_weights=False)
    assert seen[:, 1].isnan().all()
    assert (unseen[:, 1] == 0).all()


@few
@given(cases())
def test_ours_behind_torchs_call_breaks_none(case):
    assert_attention_contract(ours(), case)


def test_ours_behind_torchs_call_breaks_none_in_the_ordinary_case():
    assert_attention_contract(ours())
