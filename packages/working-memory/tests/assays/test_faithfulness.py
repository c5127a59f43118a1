import numpy as np
import polars as pl
import pytest

from analysis import Run
from working_memory.assays.faithfulness import FaithfulAttention

SHARES, DRAWS = (0.1, 0.5), 3
ASSAY = FaithfulAttention()


def restricted(right):
    """Rows as the experiment stores them; `right` gives P of the right answer of every frame."""
    item = np.arange(120)
    rows = pl.DataFrame(
        {"split": "test/novel_view", "item": item, "group": item // 4, "step": item % 4, "target": 1}
    ).with_columns(prediction=pl.lit(1), score=pl.lit(0.5), feature=pl.Series(["identity", "location"] * 60))
    asked = [("intact", 0.0, 0)] + [(which, share, 0) for which in ("top", "keep") for share in SHARES]
    asked += [
        (w, share, draw) for w in ("random", "keep_random") for share in SHARES for draw in range(DRAWS)
    ]
    rng = np.random.default_rng(0)
    return pl.concat(
        rows.with_columns(
            which=pl.lit(which),
            share=pl.lit(share),
            draw=pl.lit(draw),
            right=pl.Series(right(which, share, rows["feature"].to_numpy()) + rng.normal(0, 0.02, 120)),
        )
        for which, share, draw in asked
    )


@pytest.fixture
def measured(tmp_path):
    def found(right):
        control = Run(tmp_path / f"deletion-{len(list(tmp_path.iterdir()))}" / "seed-0")
        control.begin("system: working_memory", {"data_hash": "planted"})
        control.write_evaluation(restricted(right), {}, {})
        return ASSAY.measure(control, {"deletion": control})

    return found


def test_what_rests_on_the_attended_cells_is_found_by_share_and_feature(measured):
    left = {"intact": 0.9, "top": 0.6, "random": 0.8, "keep": 0.85, "keep_random": 0.55}
    found = measured(lambda which, share, feature: np.where(feature == "identity", left[which], 0.5))
    for share in SHARES:
        assert found.estimate("deletion_effect", split="test/novel_view", share=share).value == pytest.approx(
            0.1, abs=0.01
        )
    identity = {"split": "test/novel_view", "feature": "identity"}
    assert found.estimate("feature_deletion_effect", **identity).value == pytest.approx(0.2, abs=0.01)
    assert found.estimate("feature_keeping_effect", **identity).value == pytest.approx(0.3, abs=0.01)
    assert found.estimate("feature_deletion_effect", **identity).null.p < 0.01
    location = found.estimate("feature_deletion_effect", split="test/novel_view", feature="location")
    assert location.low < 0 < location.high
    assert location.n == 30


def test_attention_to_what_does_not_matter_has_no_effect(measured):
    found = measured(lambda which, share, feature: np.full(120, 0.8 - 0.3 * share))
    for measure in ("deletion_effect", "keeping_effect"):
        assert all(abs(each.estimate.value) < 0.01 for each in found.of(measure))


def test_curves_have_an_interval_at_every_share_and_are_drawn(measured):
    found = measured(
        lambda which, share, feature: np.full(120, 0.8 - (0.4 if which == "top" else 0.1) * share)
    )
    np.testing.assert_allclose(found.arrays["curve/shares"], SHARES)
    np.testing.assert_allclose(found.arrays["curve/top"][:, 0], [0.76, 0.6], atol=0.01)
    assert (np.diff(found.arrays["curve/random"][:, :3][:, [1, 0, 2]]) > 0).all()
    drawn = list(ASSAY.draw({"pooled": [], "looking": [found]}))
    assert [each.name for each in drawn] == ["faithfulness-looking"]
    assert {axes.get_title("left") for axes in drawn[0].figure.axes} >= {"deleted", "only these kept"}
