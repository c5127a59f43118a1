from analysis import Run
from working_memory.assays import Learning


def test_learning_is_told_by_validation_accuracy_against_chance(tmp_path):
    run = Run(tmp_path / "arm" / "seed-0")
    run.begin("system: working_memory", {"data_hash": "planted"})
    for epoch, accuracy in enumerate((0.5, 0.93), start=1):
        run.append_metrics({"kind": "epoch", "epoch": epoch, "step": 36 * epoch, "accuracy": accuracy})
    found = Learning().measure(run, {})
    assert found.estimate("steps_to_90").value == 72
    assert found.estimate("final_validation").value == 0.93
    assert found.estimate("final_validation").chance == 0.5
