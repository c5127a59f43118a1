import json

import numpy as np
import pytest

from analysis import AnalysisError
from analysis.patterns.analyzer import AttentionAnalyzer
from analysis.patterns.clusterers import KMeansClusters
from analysis.patterns.dense import DensePattern
from analysis.patterns.pattern_table import pattern_table

RNG = np.random.default_rng(0)
LAYERS = {name: DensePattern(RNG.dirichlet(np.ones(6), size=(12, 2, 6))) for name in ("first", "second")}
ANALYZER = AttentionAnalyzer(LAYERS)


def test_the_facade_answers_what_the_functions_answer():
    assert ANALYZER.basic_statistics().equals(pattern_table(LAYERS))
    assert set(ANALYZER.entropy()["statistic"]) == {"entropy", "normalised_entropy"}
    assert set(ANALYZER.sparsity([0.1])["statistic"]) == {"below_0.1"}
    assert ANALYZER.head_agreement("first")[0].heads == (0, 1)
    assert ANALYZER.centrality("first").height == 12
    assert ANALYZER.strongest_pairs("first").height == round(0.05 * 36)
    assert len(ANALYZER.group_patterns("first", list("aabbcc"), list("aabbcc"))) == 2 * 9
    assert ANALYZER.cluster_patterns("first", KMeansClusters(k=2)).labels.size == 24
    assert ANALYZER.feature_correlation("first", {"size": RNG.normal(size=6)})[0].estimate.n == 6
    assert {each.after for each in ANALYZER.layer_evolution()} == {"second"}
    assert set(ANALYZER.compare_conditions(AttentionAnalyzer(LAYERS))) == {"first", "second"}


def test_the_same_layers_give_the_same_bytes():
    first, second = (json.dumps(AttentionAnalyzer(LAYERS).to_dict(), allow_nan=False) for _ in range(2))
    assert first == second


def test_the_report_has_a_line_per_row_and_says_what_is_missing():
    lines = ANALYZER.report().splitlines()
    assert len(lines) == ANALYZER.basic_statistics().height
    assert lines[0].startswith("first, head 0, weight: 0.167 no interval, n = 432")


def test_a_layer_that_is_not_there_is_named():
    with pytest.raises(AnalysisError, match=r"layer: expected one of first, second, got .third."):
        ANALYZER.centrality("third")
    with pytest.raises(AnalysisError, match="expected the layers first, second, got first"):
        ANALYZER.compare_conditions(AttentionAnalyzer({"first": LAYERS["first"]}))
    with pytest.raises(AnalysisError, match="at least one layer"):
        AttentionAnalyzer({})
