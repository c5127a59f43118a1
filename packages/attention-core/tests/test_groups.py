import pytest
import torch

from attention_core import AttentionError
from attention_core.groups import membership


def test_labels_become_membership():
    member = membership(torch.tensor([2, 0, 2]), (), 3)
    assert member.tolist() == [[False, False, True], [True, False, False], [False, False, True]]


def test_no_keys_have_no_groups():
    assert membership(torch.zeros(2, 0, dtype=torch.long), (2,), 0).shape == (2, 0, 0)


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
    ],
)
def test_bad_groups_are_named(groups, message):
    with pytest.raises(AttentionError, match=message):
        membership(groups, (2,), 3)
