import dataclasses

import numpy as np
import pytest

from object_persistence import LoGDetector, ThresholdDetector
from object_persistence.configuration import DETECTOR_SETTINGS, DetectionConfig
from object_persistence.detection.factory import make_detector


def discs(*centres, radius=3, brightness=0.9, size=64) -> np.ndarray:
    """A frame of flat discs."""
    rows, columns = np.mgrid[:size, :size]
    inside = [(rows - y) ** 2 + (columns - x) ** 2 <= radius**2 for y, x in centres]
    return (brightness * np.any(inside, axis=0)).astype(np.float32)[None]


def test_a_disc_is_a_box_with_the_confidence_of_the_rule():
    found = ThresholdDetector()(discs((20, 30)))
    mean = 0.9 * 29 / 49  # 29 pixels of a disc of radius 3 in its box of 7 x 7
    assert (found.frame.tolist(), found.y.tolist(), found.x.tolist()) == ([0], [20.0], [30.0])
    assert found.confidence == pytest.approx([0.4 + 0.4 * 49 / 50 + 0.2], abs=1e-9)
    assert found.response == pytest.approx([mean])
    assert found.sigma == pytest.approx([3.5 / np.sqrt(2)])


@pytest.mark.parametrize(("apart", "found"), [(6, 1), (7, 1), (8, 2)])
def test_discs_closer_than_eight_pixels_are_one_detection(apart, found):
    frames = discs((30, 20), (30, 20 + apart))
    assert len(ThresholdDetector()(frames)) == found
    assert len(LoGDetector()(frames)) == 2


def test_an_even_background_is_one_object_as_large_as_the_frame():
    even = np.full((1, 64, 64), 0.45, np.float32)
    found = ThresholdDetector()(even)
    assert found.confidence == pytest.approx([0.4 + 0.4 + 0.2 * 0.9])
    assert len(LoGDetector()(even)) == 0


def test_what_is_dimmer_than_the_threshold_is_missed(drawn):
    frames = drawn([(20, 20, 2, 0.35)])
    assert len(ThresholdDetector()(frames)) == 0
    assert len(LoGDetector()(frames)) == 1


def test_small_regions_and_overlapping_boxes_are_left_out():
    frame = np.zeros((1, 40, 40), np.float32)
    frame[0, 5:7, 5:20] = 1  # two pixels high
    frame[0, 20:36, 20] = frame[0, 35, 20:36] = 1  # an angle, whose box holds the square
    frame[0, 23:32, 24:33] = 1
    found = ThresholdDetector()(frame)
    assert found.y.tolist() == [27.0]
    assert len(ThresholdDetector(most_overlap=1)(frame)) == 2


@pytest.mark.parametrize("frames", [np.zeros((0, 8, 8)), np.zeros((2, 8, 8)), np.zeros((2, 8, 8, 3))])
def test_where_nothing_is_bright_the_columns_are_there(frames):
    found = ThresholdDetector()(frames)
    assert len(found) == 0
    assert found.columns.keys() == LoGDetector()(frames).columns.keys()


def test_each_kind_of_detector_has_a_threshold_of_its_own():
    assert make_detector(DetectionConfig(kind="threshold")) == ThresholdDetector()
    assert make_detector(DetectionConfig(kind="threshold", brightness=0.7)).threshold == 0.7
    assert make_detector(DetectionConfig(threshold=0.2, brightness=0.7)).threshold == 0.2


def test_every_setting_of_a_detector_is_of_one_kind_and_is_used():
    named = [name for names in DETECTOR_SETTINGS.values() for name in names]
    assert sorted([*named, "kind"]) == sorted(each.name for each in dataclasses.fields(DetectionConfig))
    settings = {"max_sigma": 3.0, "num_sigma": 4, "overlap": 0.3, "subpixel": False, "exclude_border": 2}
    assert settings.items() <= vars(make_detector(DetectionConfig(**settings))).items()
