import math

import pytest
import torch

from graph_attention import MetabolicError
from graph_attention.layers.encodings import EdgeBias, EdgeKinds, Encodings, Pathways, Stoichiometry
from graph_attention.layers.network_edges import EDGE_KINDS


def edge(edges, key, query):
    """The number of an edge."""
    pair = torch.tensor([[edges.node_ids.index(key)], [edges.node_ids.index(query)]])
    return int((edges.edges.edges == pair).all(0).nonzero())


def test_stoichiometry_is_sign_logarithm_and_reversibility(toy_edges):
    found = Stoichiometry()(toy_edges)
    assert found[edge(toy_edges, "acid_c", "SPLIT")].tolist() == pytest.approx([1, math.log(2), 0])
    assert found[edge(toy_edges, "sugar_c", "SPLIT")].tolist() == [-1, 0, 0]
    assert found[edge(toy_edges, "TA", "acid_e")].tolist() == [-1, 0, 1]
    assert found[edge(toy_edges, "acid_c", "acid_c")].tolist() == [0, 0, 0]


def test_kinds_of_edges_are_columns(toy_edges):
    found = EdgeKinds()(toy_edges)
    assert (found.sum(-1) == 1).all()
    place = EDGE_KINDS.index("reaction to product")
    assert found[edge(toy_edges, "SPLIT", "acid_c"), place] == 1


def test_pathways_are_known_by_name_whatever_their_order(toy_edges):
    layer = Pathways(toy_edges.pathways[::-1], dim=2)
    found = layer(toy_edges)
    vector = layer.vectors.weight[layer.names.index("splitting")]
    for key, query, share in (("acid_c", "SPLIT", 0.4), ("SPLIT", "acid_c", 0.4), ("SKIP", "SKIP", 1.0)):
        torch.testing.assert_close(
            found[edge(toy_edges, key, query)], torch.cat([vector, torch.tensor([share])])
        )
    alone = found[edge(toy_edges, "acid_c", "acid_c")]
    torch.testing.assert_close(alone[:2], layer.vectors.weight[-1])


def test_a_pathway_without_a_vector_is_refused(toy_edges):
    with pytest.raises(MetabolicError, match="got 1 others: growth"):
        Pathways([name for name in toy_edges.pathways if name != "growth"])(toy_edges)


def test_encodings_stand_side_by_side(toy_edges):
    layer = Encodings(Stoichiometry(), EdgeKinds(), Pathways(toy_edges.pathways))
    found = layer(toy_edges)
    assert found.shape == (len(toy_edges), layer.width) == (len(toy_edges), 13)
    assert torch.equal(found[:, :3], Stoichiometry()(toy_edges))
    with pytest.raises(MetabolicError, match="at least one encoding"):
        Encodings()


def test_a_bias_of_kinds_is_a_number_for_each_kind_and_head(toy_edges):
    bias = EdgeBias(4, EdgeKinds())
    torch.testing.assert_close(bias(toy_edges), bias.slopes.weight.mT[toy_edges.kind])
