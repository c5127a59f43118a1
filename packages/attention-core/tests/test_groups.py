import numpy as np
import pytest
import torch

from attention_core import AttentionError
from attention_core.groups import membership

CPU = torch.device("cpu")


def test_labels_become_membership():
    member = membership(torch.tensor([2, 0, 2]), (3,), CPU)
    assert member.tolist() == [[False, False, True], [True, False, False], [False, False, True]]


@pytest.mark.parametrize(
    "groups", [[0, 1, 1], (0, 1, 1), np.array([0, 1, 1]), [[True, False], [False, True], [False, True]]]
)
def test_groups_may_be_lists_and_arrays(groups):
    assert membership(groups, (3,), CPU).tolist() == [[True, False], [False, True], [False, True]]


def test_no_keys_have_no_groups():
    assert membership(torch.zeros(2, 0, dtype=torch.long), (2, 0), CPU).shape == (2, 0, 0)


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        (torch.zeros(3), "integer labels or boolean membership, not torch.float32"),
        (torch.tensor([0, -1, 1]), "the group label -1 is negative"),
        (torch.zeros(4, dtype=torch.long), r"shape \[4\] do not fit a map with batch \[2\] and 3 keys"),
        (torch.zeros(5, 3, dtype=torch.long), r"shape \[5, 3\] do not fit"),
        (torch.zeros(3, dtype=torch.bool), r"expected \[keys, groups\]"),
        (torch.zeros(3, 2, dtype=torch.long), r"expected \[keys\]"),
        (torch.tensor(0), "do not fit"),
        (
            torch.tensor([0, 1, 10**15]),
            r"group label 1000000000000000 of 3 tokens is out of range; expected 0 to",
        ),
        (["a", "b", "c"], "integer labels or boolean membership: "),
        ([[0, 1], [2]], "integer labels or boolean membership: "),
        ([0.5, 1.0, 2.0], "not torch.float32"),
        (torch.zeros(3, dtype=torch.long, device="meta"), "groups is meta and the map is cpu"),
    ],
)
def test_bad_groups_are_named(groups, message):
    with pytest.raises(AttentionError, match=message):
        membership(groups, (2, 3), CPU)
