import numpy as np
import polars as pl
import pytest

from perception import ImageError, ImageSet


def table(images=3, **columns):
    standard = {
        "category": ["chair"] * images,
        "identity": [f"chair-{i:02d}" for i in range(images)],
        "viewpoint": list(range(images)),
        "location": [0] * images,
    }
    return pl.DataFrame({**standard, **columns})


def image_set(images=3, height=4, width=6, seed=0):
    random = np.random.default_rng(seed)
    pixels = random.integers(0, 256, (images, 3, height, width), dtype=np.uint8)
    return ImageSet(pixels, random.random((images, height, width)) < 0.5, table(images))


def test_length_and_size_are_those_of_the_images():
    images = image_set(3, 4, 6)
    assert len(images) == 3
    assert images.size == (4, 6)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([2, 0], [2, 0]),
        ([True, False, True], [0, 2]),
        (slice(1, None), [1, 2]),
        (np.array([], dtype=int), []),
        ([], []),
    ],
)
def test_select_takes_the_same_rows_of_images_masks_and_table(rows, expected):
    images = image_set()
    some = images.select(rows)
    np.testing.assert_array_equal(some.images, images.images[expected])
    np.testing.assert_array_equal(some.masks, images.masks[expected])
    assert some.table["viewpoint"].to_list() == expected


def test_select_without_masks_has_none():
    assert ImageSet(image_set().images, None, table()).select([1]).masks is None


def test_a_row_that_is_not_there_is_an_index_error():
    with pytest.raises(IndexError):
        image_set().select([3])


def test_the_tensor_of_some_rows_is_the_pixels_over_255():
    images = image_set()
    tensor = images.tensor([2, 1])
    np.testing.assert_allclose(tensor.numpy(), images.images[[2, 1]] / 255, rtol=1e-6)
    assert images.tensor().shape == (3, 3, 4, 6)


def test_images_cannot_be_changed_through_the_set_nor_is_the_caller_locked_out():
    pixels = np.zeros((3, 3, 2, 2), dtype=np.uint8)
    images = ImageSet(pixels, None, table())
    with pytest.raises(ValueError, match="read-only"):
        images.images[0] = 1
    pixels[0] = 1


def test_the_fingerprint_is_of_content():
    assert image_set().fingerprint == image_set().fingerprint


def test_the_fingerprint_changes_with_any_pixel_mask_label_or_order():
    images = image_set()
    pixels, masks = images.images.copy(), images.masks.copy()
    pixels[1, 1, 1, 1] ^= 1
    masks[2, 0, 0] ^= True
    others = [
        ImageSet(pixels, images.masks, images.table),
        ImageSet(images.images, masks, images.table),
        ImageSet(images.images, None, images.table),
        ImageSet(images.images, images.masks, table(location=[0, 0, 1])),
        ImageSet(images.images, images.masks, table(x=[0.0, 0.0, 0.0])),
        ImageSet(images.images.reshape(3, 3, 6, 4), images.masks.reshape(3, 6, 4), images.table),
        images.select([1, 0, 2]),
    ]
    assert len({other.fingerprint for other in [*others, images]}) == len(others) + 1


PIXELS = np.zeros((3, 3, 4, 6), dtype=np.uint8)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((PIXELS.astype(np.float32), None, table()), r"images are float32 \[3, 3, 4, 6\]; expected uint8"),
        ((PIXELS.transpose(0, 2, 3, 1), None, table()), r"images are uint8 \[3, 4, 6, 3\]"),
        ((PIXELS[..., :0], None, table()), "at least one pixel"),
        (
            (PIXELS, np.zeros((3, 4, 5), dtype=bool), table()),
            r"masks are bool \[3, 4, 5\]; expected bool \[3, 4, 6\]",
        ),
        ((PIXELS, np.zeros((3, 4, 6)), table()), "masks are float64"),
        ((PIXELS, None, table(2)), "the table has 2 rows for 3 images"),
        ((PIXELS, None, table().drop("identity")), "column identity is missing; expected String"),
        ((PIXELS, None, table(viewpoint=["a", "b", "c"])), "column viewpoint is String; expected Int64"),
        ((PIXELS, None, table(location=[0, None, 1])), "column location has an empty cell in row 1"),
        (
            (PIXELS, None, table(category=["chair", "lamp", "lamp"], identity=["a", "a", "b"])),
            "identity 'a' is in categories chair, lamp; expected one",
        ),
    ],
)
def test_what_does_not_fit_together_is_refused(arguments, message):
    with pytest.raises(ImageError, match=message):
        ImageSet(*arguments)
