"""What the filter says before, beside and after it filters."""

from dataclasses import replace

import pytest

from analysis import Estimate
from object_persistence.clips.splits import Preparation, prepared_chunk
from object_persistence.configuration import ClipsConfig, PersistenceConfig, VideoConfig
from object_persistence.filtering.lasting import Lasting
from object_persistence.videos.configuration import AppearanceConfig, SplitConfig
from searchlight import filtering
from searchlight.commands.persistence_filter import Filter
from searchlight.configuration import load_config
from searchlight.experiments.persistence import Persistence
from searchlight.filter_page import Gap


@pytest.mark.parametrize("colour", ["grey", "random", "class"])
def test_what_a_model_sees_of_detections_is_known_before_clips_are_made(colour, monkeypatch):
    config = PersistenceConfig(videos=VideoConfig(appearance=AppearanceConfig(colour=colour)))
    (clip,) = prepared_chunk(Preparation.of(config), config.videos, range(1), "")
    experiment = Persistence(config, 0)
    monkeypatch.setattr(Persistence, "detected", lambda *asked: pytest.fail("made clips"))
    assert (*experiment.seen_of_detections, experiment.seen_of_detections[1]) == clip.patches.shape[1:]


def test_help_tells_what_lasting_means_to_the_demo_s_model():
    lasting = Lasting.of(load_config(filtering.PRESET).config)
    told = " ".join((Filter.__doc__ or "").split())
    assert f"transients of 1 to {lasting.passing} frames" in told
    assert f"lasting objects of {lasting.least} to {lasting.frames} frames" in told


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(0.01, 0.03, "better"), (-0.03, -0.01, "worse"), (-0.01, 0.03, "no detectable difference")],
)
def test_a_difference_is_better_or_worse_and_never_above_chance(low, high, verdict):
    row = Gap("accuracy less that", Estimate((low + high) / 2, low, high, 9))
    assert row.verdict == verdict
    assert replace(row.estimate, chance=None) == row.estimate


def test_training_clips_are_counted_before_they_are_made(tmp_path):
    videos = VideoConfig(splits=SplitConfig(train=3, validation=2, test=1))
    config = PersistenceConfig(videos=videos, clips=ClipsConfig(also=("gap4",)))
    experiment = Persistence(config, 0, cache=tmp_path)
    assert experiment.training_clips == len(experiment.clips("train")) == 6
