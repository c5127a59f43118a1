import numpy as np
import pytest
import torch

from perception import BackboneError, SmallCNN, StimulusDesign, feature_maps, freeze
from perception.backbones import Backbone


class Counting(Backbone):
    """A frozen stand-in that counts the images it has seen."""

    channels = 2

    def __init__(self, gain=1.0):
        super().__init__()
        self.gain = torch.nn.Parameter(torch.tensor(gain), requires_grad=False)
        self.seen = 0
        self.eval()

    def forward(self, images):
        self.seen += len(images)
        return self.gain * images[:, :2, ::4, ::2]


@pytest.fixture(scope="module")
def images():
    return StimulusDesign(("chair", "lamp"), 3, size=16).render()


@pytest.mark.parametrize("batch", [1, 5, 96, 1000])
@pytest.mark.parametrize("cached", [True, False])
def test_maps_are_the_backbones_and_pooled_are_their_means(tmp_path, images, batch, cached):
    backbone = Counting(0.5)
    features = feature_maps(backbone, images, cache=tmp_path if cached else None, batch=batch)
    expected = 0.5 * images.images[:, :2, ::4, ::2] / 255
    np.testing.assert_allclose(features.maps, expected, rtol=1e-6)
    np.testing.assert_allclose(features.pooled, expected.mean(axis=(2, 3)), rtol=1e-5)
    assert features.maps.dtype == features.pooled.dtype == np.float32
    assert len(features) == len(images) == backbone.seen


def test_maps_are_computed_into_a_file_that_leaves_nothing_behind(tmp_path, images):
    scratch = tmp_path / "scratch"
    features = feature_maps(Counting(0.5), images, cache=None, scratch=scratch)
    assert isinstance(features.maps, np.memmap)
    assert list(scratch.iterdir()) == []
    np.testing.assert_array_equal(features.maps, feature_maps(Counting(0.5), images, cache=None).maps)


def test_a_second_call_does_not_run_the_backbone_whatever_the_batch(tmp_path, images):
    first, second = Counting(), Counting()
    one = feature_maps(first, images, cache=tmp_path)
    two = feature_maps(second, images, cache=tmp_path, batch=7)
    assert (first.seen, second.seen) == (len(images), 0)
    np.testing.assert_array_equal(one.maps, two.maps)


def test_cached_maps_are_memory_mapped_and_read_only(tmp_path, images):
    for _ in range(2):
        maps = feature_maps(Counting(), images, cache=tmp_path).maps
        assert isinstance(maps, np.memmap)
        assert not maps.flags.writeable


def test_other_weights_images_or_versions_are_computed_anew(tmp_path, images, monkeypatch):
    feature_maps(Counting(1.0), images, cache=tmp_path)
    louder, other = Counting(2.0), Counting(1.0)
    assert feature_maps(louder, images, cache=tmp_path).maps.max() > 1
    feature_maps(other, images.select([1, 0]), cache=tmp_path)
    assert (louder.seen, other.seen) == (len(images), 2)
    monkeypatch.setattr("perception.features.VERSION", "other")
    later = Counting(1.0)
    feature_maps(later, images, cache=tmp_path)
    assert later.seen == len(images)


def test_without_a_cache_the_backbone_runs_each_time(images):
    backbone = Counting()
    for _ in range(2):
        feature_maps(backbone, images, cache=None)
    assert backbone.seen == 2 * len(images)


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.99])
def test_a_damaged_cache_is_computed_anew_and_said_so(tmp_path, images, share, caplog):
    feature_maps(Counting(), images, cache=tmp_path)
    for file in tmp_path.rglob("output.pkl"):
        file.write_bytes(file.read_bytes()[: int(share * file.stat().st_size)])
    again = Counting()
    features = feature_maps(again, images, cache=tmp_path)
    assert again.seen == len(images)
    np.testing.assert_allclose(features.maps, images.images[:, :2, ::4, ::2] / 255, rtol=1e-6)
    assert "Exception while loading results" in caplog.text


def test_progress_counts_images(images):
    seen = []
    feature_maps(
        Counting(), images, cache=None, batch=50, progress=lambda done, total: seen.append((done, total))
    )
    assert seen == [(50, 96), (96, 96)]


def test_a_frozen_small_cnn_gives_what_it_gives_directly(tmp_path, images):
    backbone = freeze(SmallCNN())
    features = feature_maps(backbone, images, cache=tmp_path)
    with torch.no_grad():
        direct = backbone(images.tensor([3, 70])).numpy()
    np.testing.assert_allclose(features.maps[[3, 70]], direct, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("backbone", [SmallCNN(), SmallCNN().eval(), SmallCNN().requires_grad_(False)])
def test_a_backbone_that_is_not_frozen_is_refused(backbone, images):
    with pytest.raises(BackboneError, match=r"call freeze\(backbone\) first"):
        feature_maps(backbone, images, cache=None)


def test_features_that_are_not_finite_stop_and_are_not_cached(tmp_path, images):
    for _ in range(2):
        with pytest.raises(BackboneError, match="features of images 0 to 49 are not finite"):
            feature_maps(Counting(float("nan")), images, cache=tmp_path, batch=50)


@pytest.mark.parametrize("rows", [[], [0]])
def test_no_images_or_no_batch_is_refused(images, rows):
    with pytest.raises(BackboneError, match="expected at least one of each"):
        feature_maps(Counting(), images.select(rows), cache=None, batch=len(rows) - 1 if rows else 1)


@pytest.mark.gpu
def test_a_backbone_on_a_gpu_gives_maps_on_the_cpu(images):
    backbone = freeze(SmallCNN())
    here = feature_maps(backbone, images, cache=None)
    there = feature_maps(backbone.cuda(), images, cache=None)
    np.testing.assert_allclose(there.maps, here.maps, rtol=1e-2, atol=1e-3)
