import pytest
import torch
from torch import nn

from perception import BackboneError, SmallCNN, load_weights, save_weights, weights_fingerprint


def same(left, right):
    return all(torch.equal(value, right.state_dict()[key]) for key, value in left.state_dict().items())


def test_weights_come_back_as_they_were_saved(tmp_path):
    source, target = SmallCNN(), SmallCNN()
    save_weights(source, tmp_path / "below" / "weights.safetensors")
    assert not same(source, target)
    load_weights(target, tmp_path / "below" / "weights.safetensors")
    assert same(source, target)
    assert weights_fingerprint(source) == weights_fingerprint(target)


def test_shared_and_scalar_tensors_are_saved(tmp_path):
    module = nn.ModuleList([nn.BatchNorm2d(3), nn.Linear(3, 3), nn.Linear(3, 3)])
    module[2].weight = module[1].weight
    module[0].num_batches_tracked.fill_(7)
    saved = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    save_weights(module, tmp_path / "weights.safetensors")
    with torch.no_grad():
        module[1].weight.zero_()
        module[0].num_batches_tracked.zero_()
    load_weights(module, tmp_path / "weights.safetensors")
    assert all(torch.equal(tensor, saved[name]) for name, tensor in module.state_dict().items())


def test_an_interrupted_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "weights.safetensors"
    source = SmallCNN()
    save_weights(source, path)

    def fail(state, partial):
        partial.write_bytes(b"half")
        raise OSError("No space left on device")

    monkeypatch.setattr("perception.weights.save_file", fail)
    with pytest.raises(OSError, match="No space left"):
        save_weights(SmallCNN(), path)
    target = SmallCNN()
    load_weights(target, path)
    assert same(source, target)


def test_weights_of_another_shape_are_one_clear_error_and_change_nothing(tmp_path):
    save_weights(SmallCNN((8, 16, 32)), tmp_path / "weights.safetensors")
    target, before = SmallCNN(), SmallCNN()
    before.load_state_dict(target.state_dict())
    message = (
        r"does not fit SmallCNN: \d+ of another shape \(stages.0.0.weight \[8, 5, 5, 5\] for \[24, 5, 5, 5\]"
    )
    with pytest.raises(BackboneError, match=message):
        load_weights(target, tmp_path / "weights.safetensors")
    assert same(before, target)


def test_missing_and_unexpected_names_are_told(tmp_path):
    save_weights(nn.Linear(2, 2, bias=False), tmp_path / "weights.safetensors")
    with pytest.raises(BackboneError, match=r"does not fit Conv2d: 1 missing \(bias\); 1 of another shape"):
        load_weights(nn.Conv2d(2, 2, 1), tmp_path / "weights.safetensors")
    save_weights(nn.Linear(2, 2), tmp_path / "weights.safetensors")
    with pytest.raises(BackboneError, match=r"1 unexpected \(bias\)"):
        load_weights(nn.Linear(2, 2, bias=False), tmp_path / "weights.safetensors")


@pytest.mark.parametrize("name", ["weights.safetensors", "weights.pth"])
@pytest.mark.parametrize("damage", ["missing", "empty", "truncated", "text", "folder"])
def test_a_file_that_cannot_be_read_is_named(tmp_path, name, damage):
    path = tmp_path / name
    if name.endswith("pth"):
        torch.save(SmallCNN().state_dict(), path)
    else:
        save_weights(SmallCNN(), path)
    content = path.read_bytes()
    path.unlink()
    if damage == "folder":
        path.mkdir()
    elif damage != "missing":
        path.write_bytes(
            {"empty": b"", "truncated": content[: len(content) // 2], "text": b"hello there"}[damage]
        )
    with pytest.raises(BackboneError, match=f"weights .*{name} cannot be read"):
        load_weights(SmallCNN(), path)


def test_a_pickle_that_runs_code_is_not_run(tmp_path):
    marker = tmp_path / "ran"

    class Bomb:
        def __reduce__(self):
            return marker.touch, ()

    torch.save({"weight": Bomb()}, tmp_path / "weights.pth")
    with pytest.raises(BackboneError, match="cannot be read"):
        load_weights(SmallCNN(), tmp_path / "weights.pth")
    assert not marker.exists()


def test_a_whole_module_is_no_state_dict(tmp_path):
    torch.save([torch.zeros(1)], tmp_path / "weights.pth")
    with pytest.raises(BackboneError, match="hold no state dict"):
        load_weights(SmallCNN(), tmp_path / "weights.pth")


def test_the_fingerprint_sees_values_buffers_types_and_structure():
    first = nn.BatchNorm2d(3)
    prints = [weights_fingerprint(first)]
    first.running_mean[1] = 1e-7
    prints.append(weights_fingerprint(first))
    with torch.no_grad():
        first.weight[0] += 1
    prints.append(weights_fingerprint(first))
    prints.append(weights_fingerprint(first.bfloat16()))
    one, two = nn.Conv2d(1, 1, 1, bias=False), nn.Conv2d(1, 1, 1, bias=False, stride=2)
    two.load_state_dict(one.state_dict())
    prints += [weights_fingerprint(one), weights_fingerprint(two)]
    assert len(set(prints)) == len(prints)
