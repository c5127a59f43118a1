import numpy as np
import torch

from working_memory.cells import CellSelfAttention


def rotated(tokens, width):
    """Pairs of channels turned as complex numbers: the first half by the row, the second by the column."""
    cells, dim = tokens.shape
    places = np.stack([np.arange(cells) // width, np.arange(cells) % width])
    slowness = 100.0 ** (-np.arange(dim // 4) / (dim // 4))
    angles = (places[:, :, None] * slowness).transpose(1, 0, 2).reshape(cells, dim // 2)
    turned = (tokens[:, 0::2] + 1j * tokens[:, 1::2]) * np.exp(1j * angles)
    return np.stack([turned.real, turned.imag], -1).reshape(cells, dim)


def softmax(scores):
    exponents = np.exp(scores - scores.max(-1, keepdims=True))
    return exponents / exponents.sum(-1, keepdims=True)


def by_hand(look, frame, task):
    """Context, map and map between cells of one head, one frame `[channels, height, width]`, in NumPy."""
    weight = {name: each.detach().numpy() for name, each in look.named_parameters()}
    cells, width = frame.reshape(len(frame), -1).T, frame.shape[-1]
    tokens = cells @ weight["enter.weight"].T
    normed = (tokens - tokens.mean(-1, keepdims=True)) / np.sqrt(tokens.var(-1, keepdims=True) + 1e-5)
    normed = normed * weight["norm.weight"] + weight["norm.bias"]
    query, key, value = np.split(
        normed @ weight["between.in_proj_weight"].T + weight["between.in_proj_bias"], 3, axis=-1
    )
    between = softmax(rotated(query, width) @ rotated(key, width).T / np.sqrt(query.shape[-1]))
    joined = between @ value @ weight["between.out_proj.weight"].T + weight["between.out_proj.bias"]
    related = tokens + joined
    asked = weight["pool.score"] * (weight["pool.query.weight"] @ task + weight["pool.query.bias"])
    attention = softmax(related @ weight["pool.key.weight"].T @ asked / np.sqrt(len(asked)))
    return attention @ (cells + related @ weight["leave.weight"].T), attention, between


def test_the_look_is_its_formula():
    look = CellSelfAttention(channels=5, task_dim=6, dim=8).double()
    for bias in (look.between.in_proj_bias, look.between.out_proj.bias, look.norm.bias):
        torch.nn.init.normal_(bias)
    features, task = torch.randn(2, 3, 5, 2, 4).double(), torch.randn(2, 6).double()
    found = look(features, task)
    for item, frame in np.ndindex(2, 3):
        context, attention, between = by_hand(look, features[item, frame].numpy(), task[item].numpy())
        np.testing.assert_allclose(found.values[item, frame].detach(), context, atol=1e-12)
        np.testing.assert_allclose(found.attention.dense()[item, frame, 0, 0].detach(), attention, atol=1e-12)
        np.testing.assert_allclose(found.cells.dense()[item, frame, 0].detach(), between, atol=1e-12)


def test_which_cells_attend_to_which_is_the_same_for_all_tasks():
    look, features = CellSelfAttention(5, 6, 8, heads=2), torch.randn(1, 3, 5, 4, 4).expand(2, -1, -1, -1, -1)
    found = look(features, torch.randn(2, 6))
    weights = found.cells.dense()
    assert weights.shape == (2, 3, 2, 16, 16)
    torch.testing.assert_close(weights[0], weights[1])
    assert not torch.allclose(found.attention.dense()[0], found.attention.dense()[1])


def test_a_cell_attends_by_how_far_others_are_and_not_by_where_it_is():
    look = CellSelfAttention(5, 6, 8)
    features = torch.zeros(1, 1, 5, 5, 5)
    near, moved, far = features.clone(), features.clone(), features.clone()
    near[0, 0, :, 1, 1], near[0, 0, :, 1, 2] = torch.randn(2, 5)
    moved[0, 0, :, 3, 2], moved[0, 0, :, 3, 3] = near[0, 0, :, 1, 1], near[0, 0, :, 1, 2]
    far[0, 0, :, 1, 1], far[0, 0, :, 4, 4] = near[0, 0, :, 1, 1], near[0, 0, :, 1, 2]

    def ratio(frame, one, other):
        """How much more the first cell attends to the other than to itself."""
        row = look(frame, torch.randn(1, 6)).cells.dense()[0, 0, 0, one]
        return row[other] / row[one]

    torch.testing.assert_close(ratio(near, 6, 7), ratio(moved, 17, 18))
    assert not torch.isclose(ratio(near, 6, 7), ratio(far, 6, 24), rtol=1e-3)


def test_cells_that_are_masked_change_nothing():
    look = CellSelfAttention(5, 6, 8, heads=2)
    features, task = torch.randn(2, 3, 5, 4, 4), torch.randn(2, 6)
    mask = torch.rand(2, 3, 4, 4) < 0.6
    changed = torch.where(mask.unsqueeze(2), features, torch.nan)
    found, other = look(features, task, mask=mask), look(changed, task, mask=mask)
    torch.testing.assert_close(found.values, other.values)
    torch.testing.assert_close(found.cells.dense(), other.cells.dense())
    hidden = ~mask.flatten(-2)
    assert (found.cells.dense().mT[hidden.unsqueeze(2).expand(-1, -1, 2, -1)] == 0).all()
    assert (found.attention.dense().squeeze((2, 3))[hidden] == 0).all()
