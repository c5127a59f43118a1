import numpy as np
import torch

from searchlight import load_config
from searchlight.experiments.working_memory import WorkingMemory
from searchlight.experiments.working_memory_maps import stored_maps
from working_memory import create_model, masked_loss, model_from_config

SMALL = {"hidden_size": 11, "channels": 8, "attention_dim": 16, "heads": 2}


def outputs_of(kind, chunks=(3, 2)):
    model = create_model(kind, **SMALL)
    with torch.no_grad():
        return [model(torch.randn(size, 5, 8, 2, 4), torch.eye(6)[[1] * size]) for size in chunks]


def test_of_cells_is_stored_what_each_receives_and_how_widely_all_attend():
    outputs = outputs_of("self_attention_gru")
    found = stored_maps(outputs, 2, 4)
    weights = torch.cat([output.cells.dense() for output in outputs]).double().numpy().reshape(25, 2, 8, 8)
    assert set(found) == {"cells/received", "cells/entropy"}
    np.testing.assert_allclose(found["cells/received"], weights.sum(2).reshape(25, 2, 2, 4), rtol=1e-5)
    entropy = -(weights * np.log(weights)).sum(-1).mean(-1) / np.log(8)
    np.testing.assert_allclose(found["cells/entropy"], entropy, rtol=1e-5)


def test_of_frames_the_weights_are_stored_one_row_per_query_frame():
    outputs = outputs_of("temporal_attention_gru")
    found = stored_maps(outputs, 2, 4)
    weights = torch.cat([output.recalled.dense() for output in outputs]).double().numpy()
    assert set(found) == {"time/weights", "time/entropy"}
    rows = found["time/weights"].reshape(5, 5, 2, 5)
    np.testing.assert_allclose(rows.transpose(0, 2, 1, 3), weights, rtol=1e-6)
    np.testing.assert_array_equal(rows[:, 0, :, 1:], 0)
    entropy = found["time/entropy"].reshape(5, 5, 2)
    np.testing.assert_array_equal(entropy[:, 0], 1)
    third = weights[:, :, 2, :3]
    np.testing.assert_allclose(entropy[:, 2], -(third * np.log(third)).sum(-1) / np.log(3), rtol=1e-5)


def test_models_without_such_maps_store_none():
    assert stored_maps([create_model("attention_gru", channels=8)(*batch(8).values())], 2, 4) == {}


def batch(channels):
    return {
        "features": torch.randn(2, 5, channels, 2, 4),
        "task": torch.eye(6)[[0, 1]] + torch.eye(6)[[3, 4]],
    }


def test_an_entropy_weight_takes_its_share_of_the_loss():
    loaded = load_config("working_memory/sharp_mtmf").config
    experiment, model = WorkingMemory(loaded), model_from_config(loaded.model, channels=8)
    given = {**batch(8), "targets": torch.randint(3, (2, 5))}
    output = model(given["features"], given["task"])
    weights = output.attention.dense()
    entropy = -(weights * weights.log()).sum(-1).mean()
    expected = masked_loss(output, given["targets"]) - loaded.model.entropy_weight * entropy
    torch.testing.assert_close(experiment.loss(model, given), expected)
