import torch

from graph_attention.layers.comparison import (
    Compared,
    ConditionComparator,
    ConditionComparisonHead,
    comparison_loss,
)
from graph_attention.layers.condition_map import ConditionLabels
from graph_attention.layers.conditions import ConditionCrossAttention

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


def test_the_loss_is_that_of_all_ordered_pairs_by_hand():
    quantity = torch.tensor([[0.0, 1.0], [0.5, 1.0]])
    compared = Compared(torch.randn(2, 2, 2), torch.randn(2, 2, 2))
    terms = []
    for first, second in ((0, 1), (1, 0)):
        for node in range(2):
            apart = quantity[first, node] - quantity[second, node]
            chance = compared.differs[first, second, node].sigmoid()
            chance = chance if apart.abs() > 0.1 else 1 - chance
            terms.append((compared.difference[first, second, node] - apart) ** 2 - chance.log())
    torch.testing.assert_close(comparison_loss(compared, quantity, 0.1), torch.stack(terms).mean())


def test_a_comparator_finds_what_differs_between_held_out_conditions():
    random = torch.Generator().manual_seed(0)
    nodes = torch.randn(120, 3, 5, DIM, generator=random)
    # The flux of a node is one of its features, and never negative.
    quantity = nodes[..., 0].relu()
    comparator = ConditionComparator(ConditionCrossAttention(DIM, 2), ConditionComparisonHead(DIM))
    optimiser = torch.optim.Adam(comparator.parameters(), 0.01)
    for _ in range(120):
        loss = comparison_loss(comparator(nodes[:80]).compared, quantity[:80], 0.2)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    found = comparator(nodes[80:]).compared.difference.detach()
    apart = quantity[80:].unsqueeze(-2) - quantity[80:].unsqueeze(-3)
    explained = 1 - (found - apart).square().sum() / apart.square().sum()
    assert explained > 0.7, explained


def test_what_a_comparator_looked_at_is_asked_by_name(toy):
    labels = ConditionLabels.of(toy, ("glucose", "acetate"))
    comparator = ConditionComparator(ConditionCrossAttention(DIM, 2), ConditionComparisonHead(DIM))
    attention = comparator(torch.randn(2, toy.nodes, DIM), labels=labels).attention
    away = attention.elsewhere()
    assert away.shape == (toy.nodes, 2)
    place = toy.node_ids.index("SPLIT")
    for number, (name, other) in enumerate((labels.conditions, labels.conditions[::-1])):
        torch.testing.assert_close(away[place, number].item(), attention.looked_at("SPLIT", name)[other])


def test_one_condition_alone_looks_nowhere_else():
    attention = ConditionCrossAttention(DIM, 2)(torch.randn(1, 5, DIM)).attention
    assert torch.equal(attention.elsewhere(), torch.zeros(5, 1))
