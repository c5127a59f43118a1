"""Nodes lie where one can tell them apart, and the same network always lies the same."""

import networkx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_attention.pictures.layout import NEAREST, layout, satellites


@st.composite
def networks(draw):
    nodes = draw(st.integers(1, 14))
    pairs = st.tuples(st.integers(0, nodes - 1), st.integers(0, nodes - 1)).filter(
        lambda pair: pair[0] != pair[1]
    )
    graph = networkx.DiGraph()
    graph.add_nodes_from(range(nodes))
    graph.add_edges_from(draw(st.lists(pairs, max_size=24)))
    return graph


@given(networks())
def test_every_node_has_a_place_of_its_own(graph):
    places = layout(graph)
    assert set(places) == set(graph.nodes)
    points = np.array(list(places.values()))
    assert np.isfinite(points).all()
    gaps = np.linalg.norm(points[:, None] - points[None], axis=-1)[np.triu_indices(len(points), 1)]
    assert (gaps > NEAREST / 2).all()


@given(networks(), st.randoms(use_true_random=False))
def test_the_order_of_nodes_and_edges_does_not_matter(graph, random):
    nodes, edges = list(graph.nodes), list(graph.edges)
    random.shuffle(nodes)
    random.shuffle(edges)
    other = networkx.DiGraph()
    other.add_nodes_from(nodes)
    other.add_edges_from(edges)
    assert layout(other) == layout(graph)


@pytest.mark.parametrize("first", range(3))
def test_a_circle_lies_the_same_wherever_its_edges_begin(first):
    circle = [(0, 1), (1, 2), (2, 0)]
    turned = networkx.DiGraph(circle[first:] + circle[:first])
    assert layout(turned) == layout(networkx.DiGraph(circle))


def test_a_path_runs_from_left_to_right():
    places = layout(networkx.path_graph(6, create_using=networkx.DiGraph))
    across = [places[node][0] for node in range(6)]
    assert across == sorted(across)
    back = layout(networkx.path_graph(6, create_using=networkx.DiGraph).reverse())
    assert back[0][0] > back[5][0]


def test_parts_do_not_overlap():
    graph = networkx.disjoint_union_all(
        [networkx.cycle_graph(n, create_using=networkx.DiGraph) for n in (8, 5, 4, 3)]
    )
    places = layout(graph)
    boxes = []
    for part in networkx.weakly_connected_components(graph):
        points = np.array([places[node] for node in part])
        boxes.append((points.min(0), points.max(0)))
    for number, (low, high) in enumerate(boxes):
        for other_low, other_high in boxes[number + 1 :]:
            assert (high < other_low).any() or (other_high < low).any()


def test_satellites_go_where_nothing_is():
    found = satellites(
        {"r": ["a", "b"]}, {"r": (0.0, 0.0), "left": (-1.0, 0.0), "right": (1.0, 0.0)}, far=0.5
    )
    assert sorted(round(y, 6) for _, y in found.values()) == [-0.5, 0.5]
