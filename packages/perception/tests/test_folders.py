import tempfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from perception import ImageError, ImageSet, StimulusDesign, read_image_folder, write_image_folder

HEADER = "path,category,identity,viewpoint,location"


def folder_with(path, *rows, header=HEADER, images=("a.png", "b.png")):
    for name in images:
        Image.new("RGB", (8, 8), (200, 100, 50)).save(path / name)
    manifest = path / "images.csv"
    manifest.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return manifest


@given(
    st.integers(0, 4),
    st.tuples(st.integers(1, 9), st.integers(1, 9)),
    st.booleans(),
    st.integers(0, 2**32 - 1),
)
def test_what_is_written_is_read_back(images, size, masked, seed):
    random = np.random.default_rng(seed)
    table = {
        "category": [f"kind {row % 2}" for row in range(images)],
        "identity": [f"0{row}" for row in range(images)],
        "viewpoint": random.integers(-5, 5, images),
        "location": random.integers(0, 2**40, images),
        "x": random.normal(size=images),
    }
    types = {
        "category": pl.String,
        "identity": pl.String,
        "viewpoint": pl.Int64,
        "location": pl.Int64,
        "x": pl.Float64,
    }
    masks = random.random((images, *size)) < 0.5 if masked else None
    written = ImageSet(
        random.integers(0, 256, (images, 3, *size), dtype=np.uint8), masks, pl.DataFrame(table, types)
    )
    with tempfile.TemporaryDirectory() as folder:
        manifest = write_image_folder(written, Path(folder) / "set")
        if images == 0:
            assert len(read_image_folder(manifest, size)) == 0
        else:
            assert read_image_folder(manifest, size).fingerprint == written.fingerprint


def test_a_rendered_design_survives_the_disk(tmp_path):
    images = StimulusDesign(("chair", "lamp"), 2, size=16).render()
    assert (
        read_image_folder(write_image_folder(images, tmp_path / "set"), 16).fingerprint == images.fingerprint
    )


def test_nothing_is_overwritten(tmp_path):
    images = StimulusDesign(("chair",), 1, size=16).render()
    write_image_folder(images, tmp_path / "set")
    with pytest.raises(ImageError, match="set is not empty"):
        write_image_folder(images, tmp_path / "set")


def test_images_are_resized_and_columns_kept(tmp_path):
    manifest = folder_with(
        tmp_path, "a.png,chair,c-1,0,3,red", "b.png,lamp,l-1,1,0,blue", header=HEADER + ",hue"
    )
    images = read_image_folder(manifest, 4, keep=["hue"])
    assert images.images.shape == (2, 3, 4, 4)
    assert (images.images == np.array([200, 100, 50])[:, None, None]).all()
    assert images.table.columns == ["category", "identity", "viewpoint", "location", "hue"]
    assert images.table.row(0) == ("chair", "c-1", 0, 3, "red")


def test_a_palette_or_grey_image_is_read_as_colour(tmp_path):
    manifest = folder_with(tmp_path, "a.png,chair,1,0,0", "b.png,chair,2,0,0")
    Image.new("L", (8, 8), 77).save(tmp_path / "a.png")
    Image.new("RGB", (8, 8), (1, 2, 3)).quantize(4).save(tmp_path / "b.png")
    images = read_image_folder(manifest, 8).images
    assert (images[0] == 77).all()
    assert (images[1, :, 0, 0] == [1, 2, 3]).all()


GOOD = "a.png,chair,c-1,0,0"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([GOOD, "c.png,chair,c-2,0,0"], "row 1: path c.png is not a file there"),
        ([GOOD, "text.png,chair,c-2,0,0"], "row 1: .*text.png cannot be read"),
        ([GOOD, "short.png,chair,c-2,0,0"], "row 1: .*short.png cannot be read"),
        ([GOOD, "wide.png,chair,c-2,0,0"], "wide.png is 16 × 8; 4 × 4 would distort it"),
        ([GOOD, "clear.png,chair,c-2,0,0"], "row 1: .*clear.png has transparent pixels"),
        ([GOOD, "deep.png,chair,c-2,0,0"], "row 1: .*deep.png is of mode I;16"),
        ([GOOD, "../outside.png,chair,c-2,0,0"], "row 1: path ../outside.png leaves the manifest's folder"),
        ([GOOD, "/etc/hostname,chair,c-2,0,0"], "row 1: path /etc/hostname leaves"),
        ([GOOD, "link.png,chair,c-2,0,0"], "row 1: path link.png leaves"),
        ([GOOD, ".,chair,c-2,0,0"], "row 1: path . is not a file"),
        ([GOOD, "a.png,chair,c-2,0,0"], "row 0: a.png is listed twice"),
        ([GOOD, "b.png,,c-2,0,0"], "row 1: category is empty"),
        ([GOOD, "b.png,lamp,c-1,0,0"], "identity 'c-1' is in categories chair, lamp"),
        ([GOOD, "b.png,chair,c-2,front,0"], "row 1: viewpoint is 'front'; expected a whole number"),
        ([GOOD, "b.png,chair,c-2,0,0.5"], "row 1: location is '0.5'; expected a whole number"),
        ([GOOD, "b.png,chair,c-2,0,0,extra"], "cannot be read"),
    ],
)
def test_a_wrong_row_is_named(tmp_path, rows, message):
    folder = tmp_path / "in"
    folder.mkdir()
    manifest = folder_with(folder, *rows)
    (folder / "text.png").write_text("not an image")
    random = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(random).save(folder / "short.png")
    (folder / "short.png").write_bytes((folder / "short.png").read_bytes()[:2000])
    Image.new("RGB", (16, 8)).save(folder / "wide.png")
    Image.new("RGBA", (8, 8), (0, 0, 0, 10)).save(folder / "clear.png")
    Image.fromarray(np.full((8, 8), 4000, dtype=np.uint16)).save(folder / "deep.png")
    Image.new("RGB", (8, 8)).save(tmp_path / "outside.png")
    (folder / "link.png").symlink_to(tmp_path / "outside.png")
    with pytest.raises(ImageError, match=message):
        read_image_folder(manifest, 4)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (
            "path,category,identity,viewpoint",
            "lacks columns location; it has path, category, identity, viewpoint",
        ),
        (HEADER + ",azimut", "column azimut is not known; did you mean azimuth?"),
        (HEADER + ",qqq", "column qqq is not known; expected: path, category"),
    ],
)
def test_a_wrong_column_is_named(tmp_path, header, message):
    manifest = folder_with(
        tmp_path, ",".join(["a.png", "chair", "c-1", "0", "0", "1"][: header.count(",") + 1]), header=header
    )
    with pytest.raises(ImageError, match=message):
        read_image_folder(manifest, 8)


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe\x00\x01", b"path,category\n"])
def test_an_unreadable_manifest_is_an_image_error(tmp_path, content):
    manifest = tmp_path / "images.csv"
    if content is not None:
        manifest.write_bytes(content)
    with pytest.raises(ImageError, match=r"images\.csv"):
        read_image_folder(manifest, 8)


def test_a_size_of_nothing_is_refused(tmp_path):
    with pytest.raises(ImageError, match="positive height and width"):
        read_image_folder(folder_with(tmp_path, GOOD), 0)
