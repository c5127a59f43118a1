import pytest

from object_persistence import PersistenceError
from object_persistence.configuration import BASELINE_SETTINGS, KINDS, ModelConfig
from object_persistence.model.factory import MODELS, persistence_model


def test_every_kind_is_a_model_or_a_baseline():
    assert set(KINDS) == {*MODELS, *BASELINE_SETTINGS}


@pytest.mark.parametrize("kind", MODELS)
def test_a_model_is_of_its_kind_and_all_of_it_is_trained(kind):
    model = persistence_model(ModelConfig(kind=kind, dim=16, heads=2), channels=3, size=5)
    assert type(model) is MODELS[kind]
    assert all(each.requires_grad for each in model.parameters())


@pytest.mark.parametrize("kind", MODELS)
def test_random_features_of_patches_are_the_only_ones_that_stay(kind):
    model = persistence_model(ModelConfig(kind=kind, dim=16, heads=2, patches="random"))
    held = {name for name, each in model.named_parameters() if not each.requires_grad}
    assert held == {name for name, _ in model.named_parameters() if "patch." in name}
    assert held


def test_a_baseline_is_sent_to_where_it_is_made():
    with pytest.raises(PersistenceError, match="majority fits itself: make_baseline"):
        persistence_model(ModelConfig(kind="majority"))
