"""Small networks and tasks."""

import pytest
import torch

from arc_context.configuration import FamiliesConfig, ModelConfig
from arc_context.families.generated import GeneratedTasks
from arc_context.model.batch import EpisodeBatch
from arc_context.model.factory import arc_model
from arc_context.questions import questions


@pytest.fixture(scope="session")
def network():
    """Gives a network of a context, as if it had been trained: no gate is as it was drawn."""

    def made(context="cross_attention", **settings):
        torch.manual_seed(0)
        model = arc_model(ModelConfig(context=context, dim=8, heads=1, steps=2, **settings)).eval()
        with torch.no_grad():
            for each in model.parameters():
                each.add_(0.3 * torch.randn_like(each))
        return model

    return made


@pytest.fixture(scope="session")
def asked():
    """Gives questions of some families, and their batch."""

    def made(*families, count=4, sides=(3, 4), pairs=(2, 3)):
        limits = FamiliesConfig(names=families, held_out=(), sides=sides, pairs=pairs)
        found = questions(GeneratedTasks(families, limits, range(count)))
        return found, EpisodeBatch.of([each.episode for each in found])

    return made


@pytest.fixture(scope="session")
def given():
    """What a network is called with."""
    return lambda batch: (batch.test, batch.train_inputs, batch.train_outputs, batch.pair_mask)
