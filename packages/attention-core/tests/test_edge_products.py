import pytest
import torch
from torch.autograd import gradcheck, gradgradcheck

from attention_core import SortedEdges, edge_products
from attention_core.edge_products import dots, row_softmax, row_sums, spread, sums, turned

SLABS = 2


@pytest.fixture(params=["kernels", "gathering"])
def route(request, monkeypatch):
    """Both ways to the same numbers."""
    if request.param == "gathering":
        monkeypatch.setattr(edge_products, "_kernels_work", lambda device, dtype: False)
    return request.param


def links(kind="links"):
    """Some edges in no order, one of them twice; query 4 and key 5 have none."""
    random = torch.Generator().manual_seed(0)
    edges = torch.stack(
        [torch.randint(5, (12,), generator=random), torch.randint(4, (12,), generator=random)]
    )
    return getattr(SortedEdges(torch.cat([edges, edges[:, :1]], 1), 5, 6), kind)(SLABS)


def leaf(*shape):
    return torch.randn(*shape, dtype=torch.float64, requires_grad=True)


def sides(found):
    return leaf(found.pattern.height, 3), leaf(found.pattern.width, 3), leaf(len(found.turn))


def matrix(entries, pattern):
    """The matrix by hand, parallel entries added."""
    full = entries.new_zeros(pattern.height, pattern.width)
    return full.index_put((pattern.rows.long(), pattern.columns.long()), entries, accumulate=True)


def test_this_torch_has_the_kernels():
    assert edge_products._kernels_work("cpu", torch.float32)
    assert edge_products._kernels_work("cpu", torch.float64)


def test_other_devices_and_dtypes_gather():
    assert not edge_products._kernels_work("cuda", torch.float32)
    assert not edge_products._kernels_work("cpu", torch.bfloat16)


@pytest.mark.parametrize("kind", ["links", "edge_links"])
@pytest.mark.usefixtures("route")
def test_products_are_those_of_the_matrix(kind):
    found = links(kind)
    left, right, entries = sides(found)
    pattern = found.pattern
    expected = (left @ right.mT)[pattern.rows.long(), pattern.columns.long()]
    torch.testing.assert_close(dots(left, right, found), expected)
    torch.testing.assert_close(sums(entries, right, found), matrix(entries, pattern) @ right)
    back = sums(turned(entries, found), left, found.transposed)
    torch.testing.assert_close(back, matrix(entries, pattern).mT @ left)
    torch.testing.assert_close(row_sums(entries, pattern), matrix(entries, pattern).sum(-1))
    assert torch.equal(spread(left[:, 0], pattern), left[pattern.rows.long(), 0])


@pytest.mark.usefixtures("route")
def test_the_softmax_is_that_of_each_row():
    pattern = links().pattern
    scores = 30 * leaf(len(pattern.columns)).detach()
    weights = row_softmax(scores, pattern)
    for row in range(pattern.height):
        at = pattern.rows == row
        torch.testing.assert_close(weights[at], scores[at].softmax(0))


@pytest.mark.usefixtures("route")
def test_a_row_of_minus_infinity_is_zero_and_so_is_its_gradient():
    pattern = links().pattern
    scores = leaf(len(pattern.columns))
    forbidden = (pattern.rows == 1) | (torch.arange(len(scores)) == 0)
    weights = row_softmax(scores.masked_fill(forbidden, -torch.inf), pattern)
    assert (weights[forbidden] == 0).all()
    (gradient,) = torch.autograd.grad(weights.square().sum(), scores)
    assert gradient.isfinite().all()
    assert (gradient[forbidden] == 0).all()


@pytest.mark.parametrize("kind", ["links", "edge_links"])
@pytest.mark.usefixtures("route")
def test_gradients_of_both_orders_agree_with_finite_differences(kind):
    found = links(kind)
    left, right, entries = sides(found)
    for function, given in (
        (lambda left, right: dots(left, right, found), (left, right)),
        (lambda entries, right: sums(entries, right, found), (entries, right)),
        (lambda entries: turned(entries, found), (entries,)),
        (lambda entries: row_sums(entries, found.pattern), (entries,)),
        (lambda per_row: spread(per_row, found.pattern), (left.detach()[:, 0].clone().requires_grad_(),)),
        (lambda entries: row_softmax(entries, found.pattern), (entries,)),
    ):
        assert gradcheck(function, given, fast_mode=True)
        assert gradgradcheck(function, given, fast_mode=True)


@pytest.mark.usefixtures("route")
def test_nothing_is_multiplied_without_entries():
    found = SortedEdges(torch.zeros(2, 0, dtype=torch.long), 2, 3).links(SLABS)
    left, right, entries = sides(found)
    assert dots(left, right, found).shape == (0,)
    assert (sums(entries, right, found) == 0).all()
    assert row_softmax(entries, found.pattern).shape == (0,)
    (gradient,) = torch.autograd.grad(sums(entries, right, found).sum(), right)
    assert (gradient == 0).all()
