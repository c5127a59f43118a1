"""A kept model does not outlive what it was made by."""

import pytest

import attention_core
import object_persistence
from searchlight import code_digest, runs, training
from searchlight.code_digest import sources
from searchlight.configuration import load_config
from searchlight.default_models import content
from searchlight.experiments import arc, arc_pretraining, arms, batching, persistence

DEMO = load_config("persistence/demo")


def test_every_file_that_a_model_is_made_by_is_seen():
    seen = {str(file) for file in sources("object_persistence", "persistence")}
    for module in (attention_core, object_persistence, runs, training, arms, batching, persistence):
        assert module.__file__ in seen
    assert arc.__file__ not in seen
    solver = {str(file) for file in sources("arc_context", "arc")}
    assert {arc.__file__, arc_pretraining.__file__, attention_core.__file__} <= solver
    assert persistence.__file__ not in solver


@pytest.mark.parametrize("change", ["a byte", "a name"])
def test_another_file_is_another_model(change, tmp_path, monkeypatch):
    file = tmp_path / "training.py"
    file.write_text("steps = 1")
    monkeypatch.setattr(code_digest, "sources", lambda package, system: [file])
    before = content(DEMO, "object_persistence")
    assert content(DEMO, "object_persistence") == before
    if change == "a byte":
        file.write_text("steps = 2")
    else:
        file = file.rename(tmp_path / "evaluating.py")
    assert content(DEMO, "object_persistence") != before


def test_weights_that_other_code_taught_are_taught_again(tmp_path, monkeypatch):
    file, calls = tmp_path / "model.py", []

    def taught(config, seed, code):
        calls.append(code)
        return {}

    monkeypatch.setattr(code_digest, "sources", lambda package, system: [file])
    monkeypatch.setattr(arc_pretraining, "_taught", taught)
    for source in ("views = 22", "views = 22", "views = 27"):
        file.write_text(source)
        arc_pretraining.pretrained_weights(load_config("arc/arc1").config, 0, tmp_path)
    assert len(calls) == len(set(calls)) == 2
