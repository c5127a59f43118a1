import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from perception import (
    BackboneError,
    FactorClassifier,
    SmallCNN,
    Standardized,
    freeze,
)
from perception.backbones import Backbone


@given(st.integers(1, 3), st.sampled_from([16, 24, 33, 64]), st.sampled_from([16, 40]))
def test_small_cnn_maps_an_image_to_an_eighth_of_its_sides(batch, height, width):
    backbone = SmallCNN((8, 12, 20))
    maps = backbone(torch.rand(batch, 3, height, width))
    assert maps.shape == (batch, 20, -(-height // 8), -(-width // 8))
    assert backbone.channels == 20


def test_small_cnn_treats_every_image_alone():
    backbone, images = SmallCNN(), torch.rand(4, 3, 32, 32)
    together = backbone(images)
    for row in range(4):
        torch.testing.assert_close(backbone(images[row : row + 1])[0], together[row], rtol=1e-4, atol=1e-5)


def test_small_cnn_knows_where_it_looks():
    maps = SmallCNN()(torch.full((1, 3, 64, 64), 0.5))[0]
    assert (maps[:, 3, 3] - maps[:, 4, 4]).abs().max() > 1e-3


def test_small_cnn_accepts_an_odd_number_of_channels():
    assert SmallCNN((3, 5, 7))(torch.rand(1, 3, 16, 16)).shape[1] == 7


class Normed(Backbone):
    """A backbone whose batch norm drifts when it is left in train mode."""

    channels = 4

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4))

    def forward(self, images):
        return self.layers(images)


def test_a_frozen_backbone_stays_in_eval_mode_and_takes_no_gradient():
    frozen = freeze(Normed())
    before = {key: value.clone() for key, value in frozen.state_dict().items()}
    whole = nn.Sequential(frozen, nn.Conv2d(frozen.channels, 1, 1)).train()
    whole(torch.rand(2, 3, 32, 32)).sum().backward()
    assert not any(module.training for module in frozen.modules())
    assert all(parameter.grad is None for parameter in frozen.parameters())
    assert whole[1].weight.grad is not None
    assert all(torch.equal(value, before[key]) for key, value in frozen.state_dict().items())


def test_freezing_twice_is_freezing_once():
    frozen = freeze(SmallCNN())
    assert freeze(frozen) is frozen
    assert frozen.channels == 96


def test_the_classifiers_loss_is_the_sum_of_the_factors_cross_entropies():
    classifier = FactorClassifier(SmallCNN((4, 8, 8)), {"category": 3, "location": 4})
    images, labels = (
        torch.rand(5, 3, 16, 16),
        {"location": torch.arange(5) % 4, "category": torch.arange(5) % 3},
    )
    logits = classifier(images)
    assert {factor: tuple(of.shape) for factor, of in logits.items()} == {
        "category": (5, 3),
        "location": (5, 4),
    }
    expected = -sum(
        logits[factor].double().softmax(dim=1).log()[torch.arange(5), labels[factor]].mean()
        for factor in labels
    )
    torch.testing.assert_close(classifier.loss(images, labels).double(), expected, rtol=1e-5, atol=1e-6)


def test_every_weight_of_the_classifier_gets_a_gradient():
    classifier = FactorClassifier(SmallCNN(), {"category": 3, "location": 4})
    labels = {"category": torch.tensor([0, 1, 2, 0]), "location": torch.tensor([0, 1, 2, 3])}
    classifier.loss(torch.rand(4, 3, 32, 32), labels).backward()
    assert all(parameter.grad is not None and parameter.grad.any() for parameter in classifier.parameters())


@pytest.mark.parametrize("classes", [{}, {"category": 1}])
def test_a_classifier_without_choice_is_refused(classes):
    with pytest.raises(BackboneError, match="expected at least one factor, each with at least 2 classes"):
        FactorClassifier(SmallCNN(), classes)


def test_labels_of_other_factors_are_refused():
    classifier = FactorClassifier(SmallCNN(), {"category": 3})
    with pytest.raises(BackboneError, match=r"labels of \['location'\]; expected exactly \['category'\]"):
        classifier.loss(torch.rand(1, 3, 16, 16), {"location": torch.tensor([0])})


def test_a_standardized_backbone_has_channels_of_mean_zero_and_deviation_one():
    images = torch.rand(6, 3, 32, 32)
    backbone = Standardized(SmallCNN((8, 8, 8))).fit(images)
    maps = backbone(images).detach().double()
    varies = maps.amax((0, 2, 3)) > maps.amin((0, 2, 3))
    torch.testing.assert_close(maps.mean((0, 2, 3)), torch.zeros(8, dtype=torch.float64), atol=1e-4, rtol=0)
    expected = torch.where(varies, 1.0, 0.0).double()
    torch.testing.assert_close(maps.std((0, 2, 3), correction=0), expected, atol=1e-4, rtol=0)


def test_standardization_is_part_of_the_weights():
    images = torch.rand(2, 3, 16, 16)
    fitted, other = Standardized(SmallCNN((8, 8, 8))).fit(images), Standardized(SmallCNN((8, 8, 8)))
    other.load_state_dict(fitted.state_dict())
    torch.testing.assert_close(other(images), fitted(images))
