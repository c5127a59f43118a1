import torch

from arc_context import SymbolicPredicateHeads


def test_predicates_are_of_the_mean_and_the_spread_of_the_grid_alone():
    heads = SymbolicPredicateHeads(8, 5)
    features = torch.randn(2, 8, 3, 4)
    mask = torch.zeros(2, 3, 4, dtype=torch.bool)
    mask[:, :2, :3] = True
    judged = heads(torch.where(mask.unsqueeze(1), features, 9.0), mask)
    cells = features[..., :2, :3].flatten(2)
    spread = cells.var(-1, correction=0).add(1e-6).sqrt()
    expected = heads.judge(torch.cat([cells.mean(-1), spread], -1)).sigmoid()
    torch.testing.assert_close(judged.predicates, expected)
    assert judged.cells.shape == (2, 8, 1, 1)
