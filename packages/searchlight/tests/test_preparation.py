import numpy as np
import pytest
import torch

from perception import SmallCNN, StimulusDesign
from searchlight.experiments.preparation import codes, lesson, loss, prepared_weights, recoloured
from searchlight.experiments.stimuli import with_recoloured
from working_memory import BackboneConfig


@pytest.fixture(scope="module")
def images():
    return StimulusDesign(("chair", "plane"), identities=2, azimuths=(0.0, 40.0), size=32).render()


def test_recolouring_changes_colours_and_keeps_black_and_shape(images):
    plain = images.tensor(np.arange(8))
    other = recoloured(plain, np.random.default_rng(0))
    assert other.shape == plain.shape
    assert (other[(plain == 0).all(1, keepdim=True).expand_as(plain)] == 0).all()
    assert (other.amax(1)[plain.amax(1) > 0.2] > 0).all()
    assert (other - plain).abs().max() > 0.1
    assert other.min() >= 0
    assert other.max() <= 1


def test_a_lesson_asks_the_category_of_recoloured_pictures_and_the_rest_of_plain_ones(images):
    rows = np.arange(len(images))
    labels = {factor: codes(images, factor, rows) for factor in ("location", "category", "identity")}
    batch = lesson(images, rows, labels, 16, np.random.default_rng(0))
    assert all(len(tensor) == 16 for tensor in batch.values())
    np.testing.assert_array_equal(batch["identity"], labels["identity"][batch["ids"]])
    torch.testing.assert_close(batch["images"], images.tensor(batch["ids"].numpy()))


def test_the_loss_takes_each_factor_from_its_half():
    batch = {
        "images": torch.zeros(2, 3, 8, 8),
        "recoloured": torch.ones(2, 3, 8, 8),
        "category": torch.tensor([1, 1]),
        "identity": torch.tensor([0, 0]),
    }

    def sure(pictures):
        white = pictures.mean((1, 2, 3)).unsqueeze(1) > 0.5
        logits = torch.where(white, torch.tensor([[-50.0, 50.0]]), torch.tensor([[50.0, -50.0]]))
        return {"category": logits, "identity": logits}

    assert loss(sure, batch) < 1e-6
    swapped = {**batch, "images": batch["recoloured"], "recoloured": batch["images"]}
    assert loss(sure, swapped) > 50


def test_the_same_settings_prepare_the_same_weights_and_leave_the_random_state_alone(images):
    settings, rows, said = BackboneConfig(steps=10, batch=4), np.arange(len(images)), []
    before = torch.get_rng_state()
    first = prepared_weights(settings, "seen", images, rows, lambda *told: said.append(told))
    again = prepared_weights(settings, "seen", images, rows, lambda *told: None)
    assert torch.equal(before, torch.get_rng_state())
    assert all((first[name] == again[name]).all() for name in first)
    assert said[-1] == ("backbone", 10, 10)
    SmallCNN().load_state_dict({name: torch.from_numpy(array) for name, array in first.items()})


def test_recoloured_copies_are_identities_of_their_own_that_keep_their_shape_and_their_colour(images):
    rows = np.flatnonzero((images.table["identity"] == "chair-00").to_numpy())
    more = with_recoloured(images, rows, 2)
    assert len(more) == len(images) + 2 * len(rows)
    np.testing.assert_array_equal(more.images[: len(images)], images.images)
    np.testing.assert_array_equal(more.masks[len(images) :], np.tile(images.masks[rows], (2, 1, 1)))
    assert set(more.table["identity"][len(images) :]) == {"chair-00 recoloured 1", "chair-00 recoloured 2"}
    alone = with_recoloured(images.select(rows), np.arange(len(rows)), 1)
    np.testing.assert_array_equal(
        alone.images[len(rows) :], more.images[len(images) : len(images) + len(rows)]
    )
    assert with_recoloured(images, rows, 0).images.shape == images.images.shape
