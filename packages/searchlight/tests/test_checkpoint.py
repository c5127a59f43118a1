import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save_file
from torch import nn

from searchlight.checkpoint import Checkpoint, load_checkpoint, load_model, save_checkpoint
from searchlight.errors import CheckpointError


@given(
    st.lists(
        st.sampled_from([torch.float32, torch.float64, torch.bfloat16, torch.int64, torch.uint8]), min_size=1
    )
)
def test_a_checkpoint_is_read_back_bit_for_bit(tmp_path_factory, dtypes):
    path = tmp_path_factory.mktemp("checkpoint") / "last.safetensors"
    tensors = {f"model/{i}": (torch.randn(3, 2) * 50).to(dtype) for i, dtype in enumerate(dtypes)}
    save_checkpoint(path, Checkpoint(tensors, {"epoch": 3}))
    found = load_checkpoint(path)
    assert found.facts["epoch"] == 3
    assert all(torch.equal(found.tensors[name], tensor) for name, tensor in tensors.items())


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "best.safetensors"
    save_checkpoint(
        path, Checkpoint({f"model/{k}": v for k, v in nn.Linear(3, 2).state_dict().items()}, {"epoch": 1})
    )
    return path


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_truncated_checkpoint_is_an_error(path, share):
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(CheckpointError, match="cut short or altered"):
        load_checkpoint(path)


def test_an_altered_byte_is_an_error(path):
    whole = bytearray(path.read_bytes())
    whole[-1] ^= 1
    path.write_bytes(whole)
    with pytest.raises(CheckpointError, match="does not match its own digest"):
        load_checkpoint(path)


def test_weights_that_searchlight_did_not_write_are_an_error(tmp_path):
    save_file({"weight": torch.ones(2)}, tmp_path / "foreign.safetensors")
    with pytest.raises(CheckpointError, match="not written by searchlight"):
        load_checkpoint(tmp_path / "foreign.safetensors")


def test_a_missing_checkpoint_is_an_error(tmp_path):
    with pytest.raises(CheckpointError, match="does not exist"):
        load_checkpoint(tmp_path / "none.safetensors")


def test_a_checkpoint_of_another_model_leaves_the_model_as_it_was(path):
    model = nn.Linear(3, 4)
    before = model.weight.clone()
    with pytest.raises(
        CheckpointError, match=r"another model: 2 parameters differ, first bias \(expected \[4\], got \[2\]\)"
    ):
        load_model(model, path)
    assert torch.equal(model.weight, before)
