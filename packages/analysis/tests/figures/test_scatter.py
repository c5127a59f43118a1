import numpy as np
import pytest
from scipy import stats

from analysis import AnalysisError, attention_feature_scatter

RNG = np.random.default_rng(0)
FEATURE = RNG.normal(size=60)
ATTENTION = FEATURE + RNG.normal(size=60)


def test_every_token_is_drawn_at_its_feature_and_its_attention():
    kinds = ["metabolite"] * 40 + ["reaction"] * 20
    axes = attention_feature_scatter(ATTENTION, FEATURE, names=("received", "degree"), kinds=kinds).axes[0]
    drawn = np.concatenate([each.get_offsets() for each in axes.collections])
    np.testing.assert_allclose(drawn, np.stack([FEATURE, ATTENTION], axis=1))
    assert [each.get_label() for each in axes.collections] == ["metabolite (40)", "reaction (20)"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("degree", "received")


def test_both_correlations_stand_in_words_with_interval_and_p():
    pearson, spearman = (
        attention_feature_scatter(ATTENTION, FEATURE).axes[0].get_title(loc="left").split("\n")
    )
    assert pearson.startswith(f"Pearson r = {stats.pearsonr(FEATURE, ATTENTION)[0]:.2f} [")
    assert spearman.startswith(f"Spearman ρ = {stats.spearmanr(FEATURE, ATTENTION)[0]:.2f} [")
    low, high = stats.pearsonr(FEATURE, ATTENTION).confidence_interval()
    assert f"[{low:.2f}, {high:.2f}], n = 60, p = " in pearson
    assert "shuffled" in pearson


def test_a_feature_that_is_the_same_for_all_has_no_correlation():
    title = attention_feature_scatter(ATTENTION, np.ones(60)).axes[0].get_title(loc="left")
    assert "Pearson r: not estimable: feature is the same for all tokens" in title


def test_kinds_of_another_length_are_refused():
    with pytest.raises(AnalysisError, match=r"one kind per token \(60\), got 1"):
        attention_feature_scatter(ATTENTION, FEATURE, kinds=["metabolite"])
