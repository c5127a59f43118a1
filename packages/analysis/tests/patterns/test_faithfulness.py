import numpy as np
import pytest
from scipy import stats

from analysis import AnalysisError
from analysis.patterns.faithfulness import faithfulness

ITEMS, SHARES, DRAWS = 60, 3, 5


def model(seed, follows):
    """Outputs of a model whose answer is the mean of the evidence its keys hold; attention follows it, or not."""
    rng = np.random.default_rng(seed)
    evidence = rng.gamma(1.0, size=(ITEMS, 12))
    attention = evidence if follows else rng.random((ITEMS, 12))
    best = np.argsort(-attention, 1)
    orders = [best] + [rng.permuted(np.tile(np.arange(12), (ITEMS, 1)), axis=1) for _ in range(DRAWS)]
    counts = (1, 3, 6)
    ranked = [np.take_along_axis(evidence, order, 1) for order in orders]
    kept = np.stack([np.stack([each[:, :k].sum(1) for k in counts], 1) for each in ranked], -1)
    intact = evidence.sum(1)
    return intact, (intact[:, None, None] - kept), kept


def test_attention_that_follows_the_evidence_is_faithful():
    intact, without, only = model(0, follows=True)
    found = faithfulness(
        intact, without[..., 0], without[..., 1:], only_top=only[..., 0], only_random=only[..., 1:]
    )
    assert found.verdict == "faithful"
    assert found.deletion.null.p < 0.01
    assert found.keeping.low > 0
    assert found.drop.value > found.deletion.value > 0


def test_attention_that_follows_nothing_makes_no_detectable_difference():
    intact, without, _ = model(1, follows=False)
    found = faithfulness(intact, without[..., 0], without[..., 1:])
    assert found.verdict == "no detectable difference"
    assert found.drop.low > 0, "deleting anything hurts, which is why random keys are the control"
    assert found.keeping is None
    assert "keeping them not tried" in str(found)


def test_attention_to_what_does_not_matter_is_contradicted():
    intact, without, _ = model(2, follows=True)
    found = faithfulness(intact, 2 * without[..., 1:].mean(-1) - without[..., 0], without[..., 1:])
    assert found.verdict == "contradicted"


def test_the_interval_is_students_over_items_or_their_groups():
    intact, without, _ = model(3, follows=False)
    gaps = (without[..., 1:].mean(-1) - without[..., 0]).mean(1)
    interval = stats.ttest_1samp(gaps, 0).confidence_interval()
    found = faithfulness(intact, without[..., 0], without[..., 1:]).deletion
    assert (found.value, found.low, found.high) == pytest.approx((gaps.mean(), interval.low, interval.high))
    grouped = faithfulness(intact, without[..., 0], without[..., 1:], groups=np.repeat(range(12), 5))
    assert grouped.deletion.n == 12


def test_what_does_not_fit_is_refused_by_name():
    intact, without, only = model(4, follows=True)
    with pytest.raises(AnalysisError, match="got one of them"):
        faithfulness(intact, without[..., 0], without[..., 1:], only_top=only[..., 0])
    with pytest.raises(AnalysisError, match="intact: 1 of 60 outputs are not finite"):
        faithfulness(np.append(intact[1:], np.nan), without[..., 0], without[..., 1:])
