"""Made-up answers that become right with the frames, or with the sightings of an object."""

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

from object_persistence.assays.frames_seen import FramesSeen

ASSAY = FramesSeen(resamples=99)
CUTS = (2, 4, 8)


@pytest.fixture(scope="module")
def cut(made_up):
    """Clips that end after some frames; what is told grows with the sightings alone."""
    parts = []
    for frames in CUTS:
        table = made_up(clips=30, seed=frames).table().filter(pl.col("step") < frames)
        rng = np.random.default_rng(frames)
        clear = np.where(table["seen"].to_numpy() > 2, 6.0, 0.0) * (2 * table["target"].to_numpy() - 1)
        score = 1 / (1 + np.exp(-clear - rng.normal(size=table.height)))
        parts.append(table.with_columns(score=pl.Series(score), frames=pl.lit(frames)))
    return pl.concat(parts)


@pytest.fixture(scope="module")
def found(cut, stored):
    run = stored(cut)
    return ASSAY.measure(run, {"frames_seen": run})


@pytest.mark.parametrize("frames", CUTS)
def test_each_cut_has_its_own_figure(found, cut, frames):
    part = cut.filter(pl.col("frames") == frames)
    auroc = found.estimate("auroc_after", split="test/same", frames=frames, clutter="counted")
    assert auroc.value == pytest.approx(roc_auc_score(part["target"], part["score"]))
    assert auroc.low < auroc.value < auroc.high


def test_sightings_are_those_of_the_newest_frame_of_every_cut(found, cut):
    newest = cut.filter(pl.col("step") == pl.col("frames") - 1, pl.col("seen") == 2)
    auroc = found.estimate("auroc_at_sighting", split="test/same", seen=2, clutter="counted")
    assert auroc.value == pytest.approx(roc_auc_score(newest["target"], newest["score"]))


def test_what_is_known_only_after_sightings_shows_in_their_curve(made_up, stored):
    table = made_up(clips=40).table().with_columns(frames=pl.col("step") + 1)
    late = pl.when(pl.col("seen") >= 3).then(pl.col("target") * 0.8 + 0.1).otherwise(0.5)
    run = stored(table.with_columns(score=late))
    found = ASSAY.measure(run, {"frames_seen": run})
    known = {
        each.cell["seen"]: each.estimate.value
        for each in found.of("auroc_at_sighting")
        if each.cell["clutter"] == "counted"
    }
    assert known[1] == known[2] == 0.5
    assert known[3] == 1.0


def test_where_a_class_is_in_few_clips_there_is_no_figure(found):
    """Nothing but what lasts is seen for the fifth time here."""
    auroc = found.estimate("auroc_at_sighting", split="test/same", seen=4, clutter="counted")
    assert np.isnan(auroc.value)
    assert "others in 0; 10 are needed" in auroc.how


def test_curves_are_drawn(found):
    drawn = [each.name for each in ASSAY.draw({"arm": [found]})]
    assert drawn == ["frames-seen-auroc_after", "frames-seen-auroc_at_sighting"]
