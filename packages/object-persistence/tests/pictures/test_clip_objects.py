"""Objects have names and an order: what lasts first, clutter last."""

import pytest

from object_persistence import PersistenceError
from object_persistence.pictures.clip_objects import ClipObjects


@pytest.fixture
def objects(make_clip):
    return ClipObjects.in_clip(make_clip())


def test_what_lasts_stands_first_and_clutter_last(objects):
    assert objects.names == ("persistent 3", "blinker 4", "flash 1", "clutter, track 7", "clutter, track 9")
    assert objects.lasting == 1


def test_every_detection_belongs_to_the_object_that_it_truly_is_of_whatever_it_was_linked_with(
    objects, make_clip
):
    clip = make_clip()
    for row, place in enumerate(objects.of):
        kind, _, number = objects.names[place].replace(", track", "").partition(" ")
        assert kind == clip.kind[row]
        assert int(number) == (clip.tracks[row] if kind == "clutter" else clip.truth[row])


def test_detections_are_ordered_by_object_and_then_by_time(objects, make_clip):
    order, frame = objects.order(), make_clip().detections.frame
    assert frame[order].tolist() == [0, 1, 2, 3, 5, 0, 4, 1, 2, 5, 2]


def test_an_object_is_found_by_name_or_number_and_is_else_the_longest_that_lasts(objects):
    assert objects.index(None) == objects.index("persistent 3") == objects.index("3") == 0
    assert objects.index("4") == 1
    with pytest.raises(PersistenceError, match="8 is no object of this clip; expected one of: persistent 3"):
        objects.index("8")


def test_where_nothing_lasts_the_longest_of_all_is_followed(make_clip):
    clip = make_clip()
    others = ClipObjects.in_clip(clip.take(~clip.persistent))
    assert others.lasting == 0
    assert others.names[others.longest()] == "blinker 4"
