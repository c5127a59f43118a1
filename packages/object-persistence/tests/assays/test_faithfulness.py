"""Made-up deletions, in which answers rest on the attended detections or do not."""

import numpy as np
import polars as pl
import pytest

from object_persistence.assays.faithfulness import FaithfulAttention

ASSAY = FaithfulAttention()
CLIPS, SIZE, DRAWS, SHARES = 24, 20, 3, (0.2, 0.6)


def restricted(likely, kept_by_top=None, seed=0):
    """Rows as the experiment stores them; `likely(which, target)` is the probability of the right answer."""
    rng, parts = np.random.default_rng(seed), []
    asked = [("intact", 0.0, 0)] + [(which, share, 0) for share in SHARES for which in ("top", "keep")]
    asked += [(w, s, d) for w in ("random", "alike", "keep_random") for s in SHARES for d in range(DRAWS)]
    for which, share, draw in asked:
        for clip in range(CLIPS):
            drop = round(share * SIZE)
            order = np.arange(SIZE) if which in ("top", "keep") else rng.permutation(SIZE)
            kept = np.sort(order[:drop] if which.startswith("keep") else order[drop:])
            right = np.clip(likely(which, kept) + rng.normal(0, 0.02, kept.size), 0, 1)
            target = (kept % 3 == 0).astype(float)
            score = np.where(target == 1, right, 1 - right)
            parts += [
                (clip, k, t, p, which, share, draw) for k, t, p in zip(kept, target, score, strict=True)
            ]
    columns = ("group", "item", "target", "score", "which", "share", "draw")
    table = pl.DataFrame(parts, schema=columns, orient="row")
    named = table.with_columns(
        item=pl.format("clip-{}/{}", "group", "item"),
        group=pl.format("clip-{}", "group"),
        split=pl.lit("test/same"),
        step=pl.lit(0),
        prediction=pl.col("target"),
    )
    return named.sample(fraction=1, shuffle=True, seed=1)


@pytest.fixture(scope="module")
def measured(stored):
    def found(likely):
        run = stored(restricted(likely))
        return ASSAY.measure(run, {"deletion": run})

    return found


LEFT = {"intact": 0.9, "top": 0.3, "random": 0.8, "alike": 0.6, "keep": 0.8, "keep_random": 0.4}


@pytest.fixture(scope="module")
def planted(measured):
    return measured(lambda which, kept: np.full(kept.size, LEFT[which]))


@pytest.mark.parametrize("share", SHARES)
def test_a_planted_effect_is_found_beyond_random_and_beyond_random_of_the_same_classes(planted, share):
    expected = {"deletion_effect": 0.5, "deletion_beyond_class": 0.3, "keeping_effect": 0.4}
    for measure, value in expected.items():
        found = planted.estimate(measure, split="test/same", output="probability", share=share)
        assert found.value == pytest.approx(value, abs=0.02)
        assert found.low > 0
        assert found.null.p < 0.01
    assert planted.estimate("deletion_effect", split="test/same", output="accuracy", share=share).value == 1.0


def test_where_nothing_depends_on_what_is_dropped_no_effect_is_found(measured):
    found = measured(lambda which, kept: np.full(kept.size, 0.7))
    for measure in ("deletion_effect", "deletion_beyond_class", "keeping_effect"):
        effects = found.of(measure)
        assert effects
        assert all(abs(each.estimate.value) < 0.02 for each in effects)


def test_what_only_one_side_keeps_does_not_count(measured):
    """Attended detections are the easy ones: without them the mean falls, and no answer has changed."""
    found = measured(lambda which, kept: np.where(kept < 4, 0.95, 0.3))
    assert (
        abs(found.estimate("deletion_effect", split="test/same", output="probability", share=0.2).value)
        < 0.02
    )
    left = {
        which: found.estimate("accuracy_left", split="test/same", which=which, share=0.2).value
        for which in ("top", "random")
    }
    assert left["top"] < left["random"] - 0.1


def test_the_interval_is_over_clips(planted):
    assert planted.estimate("deletion_effect", split="test/same", output="accuracy", share=0.2).n == CLIPS


def test_clips_in_which_nothing_is_kept_by_both_are_counted(stored):
    table = restricted(lambda which, kept: np.full(kept.size, LEFT[which]))
    alone = (pl.col("group") == "clip-0") & (pl.col("which") == "keep_random") & (pl.col("share") == 0.2)
    run = stored(table.filter(~alone | ~pl.col("item").is_in([f"clip-0/{k}" for k in range(4)])))
    notes = ASSAY.measure(run, {"deletion": run}).notes
    assert (
        notes[0]
        == "test/same: 24 clips, 3 draws of random detections; effects are scored on what both sides keep"
    )
    assert any(
        note.startswith("keeping_effect, test/same, share 0.2:") and "no detection is kept by both" in note
        for note in notes
    )


def test_curves_are_drawn_of_each_arm(planted):
    drawn = [
        each.name for each in ASSAY.draw({"baseline": [], "tracks": [planted], "other": [planted, planted]})
    ]
    assert drawn == ["faithfulness-tracks-same", "faithfulness-other-same"]
