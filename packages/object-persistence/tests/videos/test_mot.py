import motmetrics
import polars as pl
import pytest

from object_persistence.errors import PersistenceError
from object_persistence.videos import mot
from object_persistence.videos.mot import BOXES, SEQUENCES, from_mot, tud


@pytest.mark.parametrize("name", SEQUENCES)
@pytest.mark.parametrize("part", ["truth", "tracked"])
def test_boxes_are_those_that_motmetrics_reads(name, part):
    file = {"truth": "gt.txt", "tracked": "test.txt"}[part]
    folder = mot.Path(motmetrics.__file__).parent / "data" / name
    expected = motmetrics.io.loadtxt(str(folder / file)).reset_index()
    table = getattr(tud(name), part)
    assert table.schema == BOXES
    assert (table["frame"] + 1).to_list() == expected["FrameId"].to_list()
    assert table["track"].to_list() == expected["Id"].to_list()
    # motmetrics counts pixels from 0, the file from 1.
    left = table["x"] - table["width"] / 2 - 1
    top = table["y"] - table["height"] / 2 - 1
    assert left.to_list() == pytest.approx(expected["X"].to_list())
    assert top.to_list() == pytest.approx(expected["Y"].to_list())
    assert table["width"].to_list() == pytest.approx(expected["Width"].to_list())
    assert table["height"].to_list() == pytest.approx(expected["Height"].to_list())


def test_the_sequences_are_as_long_as_they_were_published():
    campus, stadtmitte = (tud(name).truth for name in SEQUENCES)
    assert (campus["frame"].n_unique(), campus["track"].n_unique(), campus.height) == (71, 8, 359)
    assert (stadtmitte["frame"].n_unique(), stadtmitte["track"].n_unique(), stadtmitte.height) == (
        179,
        10,
        1156,
    )


def test_detections_without_tracks_and_empty_files_are_read(tmp_path):
    (tmp_path / "det.txt").write_text("1,-1,10,20,4,6,0.5,-1,-1,-1\n1,-1,30,20,4,6,0.7\n\n")
    table = from_mot(tmp_path / "det.txt")
    assert table.select("frame", "track", "y", "x", "confidence").rows() == [
        (0, -1, 23, 12, 0.5),
        (0, -1, 23, 32, 0.7),
    ]
    (tmp_path / "none.txt").write_text("")
    assert from_mot(tmp_path / "none.txt").equals(pl.DataFrame(schema=BOXES))


@pytest.mark.parametrize(
    "line", ["1,2,3", "a,b,c,d,e,f,g", "0,1,2,2,2,2,1", "1.5,1,2,2,2,2,1", "1,1,2,2,-2,2,1", "1 2 3 4 5 6 7"]
)
def test_a_line_of_another_format_is_named(tmp_path, line):
    (tmp_path / "gt.txt").write_text(f"1,1,2,2,2,2,1\n{line}\n")
    with pytest.raises(
        PersistenceError, match=r"line 2 is .*expected frame, track, left, top, width, height"
    ):
        from_mot(tmp_path / "gt.txt")


def test_a_track_that_is_twice_in_a_frame_is_refused(tmp_path):
    (tmp_path / "gt.txt").write_text("3,7,2,2,2,2,1\n3,7,9,2,2,2,1\n")
    with pytest.raises(PersistenceError, match="track 7 is twice in frame 3; expected one box"):
        from_mot(tmp_path / "gt.txt")


def test_what_is_not_there_is_answered_in_one_sentence(tmp_path, monkeypatch):
    with pytest.raises(PersistenceError, match="no such file"):
        from_mot(tmp_path / "gt.txt")
    with pytest.raises(PersistenceError, match="'TUD' is not a sequence of TUD; expected one of: TUD-Campus"):
        tud("TUD")
    monkeypatch.setattr(mot.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(PersistenceError, match="comes with motmetrics, which is not installed"):
        tud("TUD-Campus")
