"""Attention between subsystems: planted in the weights, or in the network alone."""

import numpy as np
import polars as pl
import pytest

from graph_attention.assays.pathways import Attended, Pathways

ASSAY = Pathways(draws=99)
NODES, MEDIA, DEGREE = 60, 6, 8
PATHWAY = np.arange(NODES) % 3
NAMES = np.array(["glycolysis", "transport", "growth"])


def network(stay, linked=1.0, seed=0):
    """One row per edge, to itself included; `linked` as often linked within a pathway, and `stay` times the weight."""
    rng = np.random.default_rng(seed)
    pairs = []
    for query in range(NODES):
        odds = np.where(PATHWAY[query] == PATHWAY, linked, 1.0) * (np.arange(NODES) != query)
        pairs += [(key, query) for key in rng.choice(NODES, DEGREE, replace=False, p=odds / odds.sum())]
        pairs.append((query, query))
    key, query = np.array(pairs).T
    same = PATHWAY[key] == PATHWAY[query]
    weight = np.where(same, stay, 1.0)[:, None] * rng.uniform(0.5, 1.5, (len(key), MEDIA))
    total = np.stack([np.bincount(query, each) for each in weight.T], 1)
    table = pl.DataFrame({"key": key, "query": query, "kind": 0})
    return (
        table.with_columns(
            key_subsystem=pl.Series(NAMES[PATHWAY[key]]), query_subsystem=pl.Series(NAMES[PATHWAY[query]])
        ).with_columns(
            split=pl.lit("pathways"),
            item=pl.int_range(pl.len()),
            group=pl.col("query"),
            step=pl.lit(0),
            target=pl.lit(0.0),
            prediction=pl.lit(0.0),
            score=pl.lit(0.0),
        ),
        (weight / total[query]).astype(np.float32),
    )


@pytest.fixture(scope="module")
def measured(stored):
    def found(**planted):
        table, weights = network(**planted)
        run = stored(table, **{"mean/weights": weights})
        return ASSAY.measure(run, {"pathways": run})

    return found


def test_attention_that_stays_in_a_pathway_is_enriched_and_beyond_the_network(measured):
    found = measured(stay=3.0)
    within = found.estimate("within_pathway")
    assert within.low > 1
    assert within.null.p < 0.05
    for name in NAMES:
        own = found.estimate("pathway_enrichment", subsystem=name)
        assert own.low > 1
        assert own.null.p < 0.05
    assert found.estimate("cells_enriched").value == pytest.approx(3 / 9)


def test_a_network_that_links_pathways_is_enriched_though_attention_prefers_nothing(measured):
    found = measured(stay=1.0, linked=5.0)
    assert found.estimate("pathway_enrichment", subsystem="transport").value > 1.3
    assert found.estimate("within_pathway").value == pytest.approx(1, abs=0.05)
    assert found.estimate("within_pathway").null.p > 0.01


def test_even_attention_on_random_edges_is_not_enriched(measured):
    found = measured(stay=1.0, seed=3)
    assert found.estimate("within_pathway").null.p > 0.01
    assert found.estimate("cells_enriched").value <= 1 / 9


def test_what_a_node_gives_to_itself_is_left_out_and_the_rest_is_all(measured):
    table, weights = network(stay=2.0)
    found = Attended.of(table, weights)
    assert found.pattern.edges.shape[1] == NODES * DEGREE
    np.testing.assert_allclose(found.pattern.sent(), 1.0)


def test_a_matrix_of_subsystems_is_drawn(measured):
    found = measured(stay=3.0)
    assert found.arrays["ratio"].shape == (3, 3)
    np.testing.assert_allclose(found.arrays["mass"].sum(1), 1, atol=1e-6)
    assert [each.name for each in ASSAY.draw({"arm": [found]})] == ["pathways-arm"]
    assert "3 of 9 cells are above 1" in found.notes[0]
