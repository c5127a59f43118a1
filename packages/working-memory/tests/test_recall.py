import numpy as np
import torch

from working_memory.recall import Recall


def test_the_recall_is_its_formula():
    recall = Recall(hidden_size=5, dim=4).double()
    weight = {name: each.detach().numpy() for name, each in recall.named_parameters()}
    hidden = torch.randn(1, 6, 5).double()
    states = hidden[0].numpy()
    entered = states @ weight["enter.weight"].T + weight["enter.bias"]
    query, key, value = np.split(
        entered @ weight["attention.attention.in_proj_weight"].T + weight["attention.attention.in_proj_bias"],
        3,
        axis=-1,
    )
    angles = np.arange(6)[:, None] * 10_000.0 ** (-np.arange(2) / 2)
    turned = [(each[:, 0::2] + 1j * each[:, 1::2]) * np.exp(1j * angles) for each in (query, key)]
    scores = (turned[0] @ turned[1].conj().T).real / 2
    exponents = np.exp(scores - scores.max()) * np.tri(6)
    weights = exponents / exponents.sum(-1, keepdims=True)
    joined = weights @ value @ weight["attention.attention.out_proj.weight"].T
    joined = joined + weight["attention.attention.out_proj.bias"]
    found = recall(hidden)
    np.testing.assert_allclose(
        found.values[0].detach(), states + joined @ weight["leave.weight"].T, atol=1e-12
    )
    np.testing.assert_allclose(found.attention.dense()[0, 0].detach(), weights, atol=1e-12)


def test_the_past_recalls_nothing_of_the_future():
    recall, hidden = Recall(5, 8, heads=2), torch.randn(2, 4, 5)
    changed = hidden.clone()
    changed[:, 3] += 1
    torch.testing.assert_close(recall(hidden).values[:, :3], recall(changed).values[:, :3])
    assert not torch.allclose(recall(hidden).values[:, 3], recall(changed).values[:, 3])


def test_what_is_recalled_depends_on_how_long_ago_it_was():
    recall, hidden = Recall(5, 8), torch.randn(1, 4, 5)
    reordered = hidden[:, [2, 0, 1, 3]]
    last, other = (recall(each).attention.dense()[0, 0, 3] for each in (hidden, reordered))
    assert not torch.allclose(last[[2, 0, 1, 3]], other, rtol=1e-3)
