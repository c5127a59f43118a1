import torch

from graph_attention.layers.comparison import ConditionComparisonHead

DIM = 8


def test_to_exchange_conditions_changes_the_sign_of_the_difference_alone():
    found = ConditionComparisonHead(DIM)(torch.randn(2, 3, 5, DIM))
    assert found.difference.shape == found.differs.shape == (2, 3, 3, 5)
    torch.testing.assert_close(found.difference, -found.difference.transpose(1, 2))
    torch.testing.assert_close(found.differs, found.differs.transpose(1, 2))


def test_a_condition_does_not_differ_from_itself():
    head = ConditionComparisonHead(DIM)
    found = head(torch.randn(3, 5, DIM))
    diagonal = found.differs.diagonal().mT
    torch.testing.assert_close(diagonal, head.differs.bias.expand(3, 5))
    assert (found.difference.diagonal() == 0).all()


def test_it_learns_at_which_nodes_conditions_differ():
    random = torch.Generator().manual_seed(0)
    conditions = torch.randn(40, 2, 6, DIM, generator=random)
    differ = torch.rand(40, 6, generator=random) < 0.5
    conditions[:, 1] = torch.where(differ.unsqueeze(-1), conditions[:, 1], conditions[:, 0])
    head = ConditionComparisonHead(DIM)
    optimiser = torch.optim.Adam(head.parameters(), 0.02)
    for _ in range(150):
        logits = head(conditions).differs[:, 0, 1]
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, differ.float())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert ((logits > 0) == differ).all()


def test_no_parameter_is_idle(idle_parameters):
    head, conditions = ConditionComparisonHead(DIM).double(), torch.randn(3, 5, DIM, dtype=torch.float64)
    weighting = torch.randn(3, 3, 5, dtype=torch.float64)

    def outputs():
        found = head(conditions)
        return torch.cat([found.difference * weighting, found.differs * weighting])

    idle = idle_parameters(head, outputs)
    assert idle == []
