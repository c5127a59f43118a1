"""Weights on disk: written whole, read strictly, named by content."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from .errors import BackboneError


def save_weights(module: nn.Module, path: Path) -> None:
    """Write a module's state as safetensors; the file appears only when it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    save_file(
        {key: value.detach().cpu().clone().contiguous() for key, value in module.state_dict().items()},
        partial,
    )
    partial.replace(path)


def load_weights(module: nn.Module, path: Path) -> None:
    """Read what `save_weights` wrote into a module of the same shape.

    Raises:
        BackboneError: if the file cannot be read or is of another module; the module is then unchanged.
    """
    fit_state(module, read_state(path), str(path))


def read_state(path: Path) -> dict[str, Tensor]:
    """A state dict from safetensors, or from `torch.save` without running anything that is in it."""
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged pickle raises whatever its bytes happen to mean
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise BackboneError(f"weights {path} cannot be read: {reason}") from error
    if not isinstance(state, dict) or not all(isinstance(value, Tensor) for value in state.values()):
        raise BackboneError(f"weights {path} hold no state dict; expected parameter names with tensors")
    return state


def fit_state(module: nn.Module, state: Mapping[str, Tensor], source: str) -> None:
    """Load a state dict if every name and shape fits, or change nothing.

    Raises:
        BackboneError: naming what is missing, unexpected or of another shape.
    """
    expected = module.state_dict()
    shared = [key for key in expected if key in state]
    problems = {
        "missing": [key for key in expected if key not in state],
        "unexpected": [key for key in state if key not in expected],
        "of another shape": [
            f"{key} {list(state[key].shape)} for {list(expected[key].shape)}"
            for key in shared
            if state[key].shape != expected[key].shape
        ],
    }
    found = [f"{len(keys)} {problem} ({', '.join(keys[:3])})" for problem, keys in problems.items() if keys]
    if found:
        raise BackboneError(f"{source} does not fit {type(module).__name__}: {'; '.join(found)}")
    module.load_state_dict(dict(state))


def weights_fingerprint(module: nn.Module) -> str:
    """SHA-256 over the module's printed structure and every tensor of its state."""
    digest = hashlib.sha256(repr(module).encode())
    for key, value in sorted(module.state_dict().items()):
        digest.update(f"{key} {value.dtype} {list(value.shape)}".encode())
        digest.update(value.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()
