import copy
import pickle

import pytest
import torch

from attention_core import AttentionError, SortedEdges

# Keys 2 and 0 by query 1 (the latter twice), key 1 by query 0; query 2 and key 3 are alone.
EDGES = torch.tensor([[2, 0, 1, 0], [1, 1, 0, 1]])


def some_edges() -> SortedEdges:
    return SortedEdges(EDGES, 3, 4)


def test_edges_are_sorted_by_query_then_key():
    edges = some_edges()
    assert edges.query.tolist() == [0, 1, 1, 1]
    assert edges.key.tolist() == [1, 0, 0, 2]
    assert edges.order.tolist() == [2, 1, 3, 0]
    assert edges.starts.tolist() == [0, 1, 4, 4]


def test_edges_that_come_sorted_are_not_reordered():
    edges = SortedEdges(EDGES[:, some_edges().order], 3, 4)
    weights = torch.randn(4, 2)
    assert edges.order is None
    assert edges.arranged(weights).data_ptr() == weights.data_ptr()


def test_what_is_arranged_is_restored():
    weights = torch.randn(5, 4, 2)
    edges = some_edges()
    assert torch.equal(edges.arranged(weights), weights.mT[..., edges.order])
    assert torch.equal(edges.restored(edges.arranged(weights)), weights)


def test_parallel_edges_make_one_pair():
    edges = some_edges()
    assert edges.pair.tolist() == [0, 1, 1, 2]
    assert edges.distinct.edges.tolist() == [[1, 0, 2], [0, 1, 1]]
    assert edges.distinct.pair is None


def test_nodes_without_edges_are_known():
    queries, keys = some_edges().linked
    assert queries.tolist() == [True, True, False]
    assert keys.tolist() == [True, True, True, False]
    assert SortedEdges(EDGES, 2, 3).linked == (None, None)


def dense(pattern, entries=None):
    """The matrix by hand, parallel entries added."""
    entries = torch.ones(len(pattern.columns)) if entries is None else entries
    full = torch.zeros(pattern.height, pattern.width)
    return full.index_put((pattern.rows.long(), pattern.columns.long()), entries, accumulate=True)


def test_links_are_blocks_on_a_diagonal():
    one = torch.zeros(3, 4)
    one[1, 2] = one[0, 1] = 1
    one[1, 0] = 2
    links = some_edges().links(2)
    expected = torch.block_diag(one, one)
    assert torch.equal(dense(links.pattern), expected)
    assert torch.equal(dense(links.transposed.pattern), expected.mT)


def test_edge_links_share_their_columns():
    edges = some_edges()
    incidence = torch.nn.functional.one_hot(edges.query, 3).mT.float()
    links = edges.edge_links(2)
    assert torch.equal(dense(links.pattern), torch.cat([incidence, incidence]))
    assert torch.equal(dense(links.transposed.pattern), torch.cat([incidence, incidence]).mT)


@pytest.mark.parametrize("kind", ["links", "edge_links"])
def test_turned_entries_belong_to_the_same_places(kind):
    links = getattr(some_edges(), kind)(3)
    entries = torch.arange(1.0, 13.0)
    there = dense(links.pattern, entries)
    back = dense(links.transposed.pattern, entries[links.turn])
    assert torch.equal(there.mT, back)
    assert torch.equal(entries[links.turn][links.transposed.turn], entries)


def test_a_graph_is_sorted_once():
    edges = some_edges()
    assert edges.links(2) is edges.links(2)
    assert edges.edge_links(2) is edges.edge_links(2)
    assert edges.order is edges.order


def test_many_entries_take_wide_indices():
    edges = some_edges()
    assert edges.links(2).turn.dtype is torch.int32
    assert edges._index_type(2**31) is torch.int64


def test_a_graph_of_nothing_has_empty_links():
    edges = SortedEdges(torch.zeros(2, 0, dtype=torch.long), 2, 3)
    assert len(edges) == 0
    assert edges.pair is None
    assert edges.links(2).pattern.starts.tolist() == [0, 0, 0, 0, 0]
    assert edges.links(0).pattern.height == 0


def test_labels_stay_with_their_nodes():
    names = ["a", "b", "c"]
    assert SortedEdges(EDGES[:, :0], 3, query_labels=names).key_labels == names
    edges = SortedEdges(EDGES, 3, 4, names, ["w", "x", "y", "z"])
    for twin in (edges.to("cpu"), edges.distinct, copy.deepcopy(edges), pickle.loads(pickle.dumps(edges))):  # noqa: S301 - our own bytes
        assert (twin.query_labels, twin.key_labels) == (names, ["w", "x", "y", "z"])


def test_it_prints_its_sides():
    assert repr(some_edges()) == "SortedEdges(edges=4, queries=3, keys=4)"


@pytest.mark.usefixtures("as_shipped")
def test_bad_input_is_named():
    with pytest.raises(AttentionError, match=r"edges are torch.float32 of shape \[2, 4\]; expected integers"):
        SortedEdges(EDGES.float(), 3, 4)
    with pytest.raises(AttentionError, match=r"shape \[4, 2\]; expected integers \[2, edges\]"):
        SortedEdges(EDGES.mT, 3, 4)
    with pytest.raises(AttentionError, match="an edge names key 2 where there are 2; they count from 0"):
        SortedEdges(EDGES, 3, 2)
    with pytest.raises(AttentionError, match="an edge names query 1 where there are 1"):
        SortedEdges(EDGES, 1, 4)
    with pytest.raises(AttentionError, match="an edge names key -2"):
        SortedEdges(-EDGES, 3, 4)
    with pytest.raises(AttentionError, match="there are 2 key_labels for 4 nodes"):
        SortedEdges(EDGES, 3, 4, key_labels=["a", "b"])
