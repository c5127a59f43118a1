import torch

from arc_context.model.mixing import DirectionalMixing


def reached(mixing, row, column, shape=(4, 5)):
    """The cells whose value a change of one cell changes."""
    cells, mask = torch.randn(1, *shape, 8), torch.ones(1, *shape, dtype=torch.bool)
    changed = cells.clone()
    changed[0, row, column] = torch.randn(8)
    return (mixing(cells, mask) != mixing(changed, mask)).any(-1)[0]


def test_a_cell_is_heard_in_its_row_and_column_and_nowhere_else():
    torch.manual_seed(0)
    expected = torch.zeros(4, 5, dtype=torch.bool)
    expected[1], expected[:, 3] = True, True
    assert torch.equal(reached(DirectionalMixing(8), 1, 3), expected)


def test_sums_are_those_of_each_direction():
    """One channel each hears what is left, right, above and below; value and mix are made plain."""
    mixing = DirectionalMixing(4)
    with torch.no_grad():
        mixing.norm = torch.nn.Identity()
        for layer in (mixing.value, mixing.mix):
            layer.weight.copy_(torch.eye(4))
            layer.bias.zero_()
    cells = torch.rand(1, 3, 3, 4)
    heard = mixing(cells, torch.ones(1, 3, 3, dtype=torch.bool)) - cells
    parts = [
        cells[0, 1, :2, 0].sum(),
        cells[0, 1, 3:, 1].sum(),
        cells[0, :1, 2, 2].sum(),
        cells[0, 2:, 2, 3].sum(),
    ]
    expected = torch.nn.functional.gelu(torch.stack(parts) / 3)
    torch.testing.assert_close(heard[0, 1, 2], expected)


def test_what_is_masked_is_not_heard():
    torch.manual_seed(0)
    mixing, cells = DirectionalMixing(8), torch.randn(1, 3, 4, 8)
    mask = torch.ones(1, 3, 4, dtype=torch.bool)
    mask[..., 3] = False
    alone = mixing(cells[:, :, :3], mask[:, :, :3])
    torch.testing.assert_close(mixing(cells, mask)[:, :, :3], alone)
