import torch

from object_persistence.model.queries import ObjectQueries


def test_slots_gather_from_detections_and_tell_them():
    module, tokens = ObjectQueries(16, 4, 3), torch.randn(2, 5, 16)
    mask = torch.tensor([[True] * 5, [True, True, False, False, False]])
    told, (gathered, heard) = module(tokens, mask)
    assert gathered.shape == (2, 4, 3, 5)
    assert heard.shape == (2, 4, 5, 3)
    assert (gathered.dense()[1, :, :, 2:] == 0).all()
    torch.testing.assert_close(gathered.dense().sum(-1), torch.ones(2, 4, 3))
    alone, _ = module(tokens[1:, :2], mask[1:, :2])
    torch.testing.assert_close(told[1:, :2], alone)


def test_slots_learn():
    module = ObjectQueries(16, 4, 3)
    tokens, _ = module(torch.randn(2, 5, 16), torch.ones(2, 5, dtype=torch.bool))
    tokens.square().sum().backward()
    assert [n for n, p in module.named_parameters() if p.grad is None or not p.grad.any()] == []
