"""Checkpoints: safetensors files that know when they were cut short or altered."""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from analysis import write_atomically
from searchlight.errors import CheckpointError

SCHEMA = 1


@dataclass(frozen=True)
class Checkpoint:
    """Named tensors and the plain facts that belong to them."""

    tensors: dict[str, Tensor]
    facts: dict[str, Any] = field(default_factory=dict)

    def group(self, prefix: str) -> dict[str, Tensor]:
        """The tensors under `prefix/`, without it."""
        return {
            name.removeprefix(f"{prefix}/"): each
            for name, each in self.tensors.items()
            if name.startswith(f"{prefix}/")
        }


def digest(tensors: dict[str, Tensor], facts: str) -> str:
    """SHA-256 over names, shapes and bytes of the tensors, and the facts."""
    seen = hashlib.sha256(facts.encode())
    for name in sorted(tensors):
        tensor = tensors[name].detach().cpu().contiguous()
        seen.update(f"{name}{tuple(tensor.shape)}{tensor.dtype}".encode())
        seen.update(tensor.reshape(-1).view(torch.uint8).numpy().tobytes())
    return seen.hexdigest()


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint whole or not at all; its digest travels in the header."""
    tensors = {
        name: tensor.detach().cpu().contiguous().clone() for name, tensor in checkpoint.tensors.items()
    }
    facts = json.dumps({"schema": SCHEMA, **checkpoint.facts}, sort_keys=True)
    header = {"facts": facts, "digest": digest(tensors, facts)}
    write_atomically(path, lambda temporary: temporary.write_bytes(save(tensors, metadata=header)))


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint and prove that it is what was written.

    Raises:
        CheckpointError: the file is missing, truncated, altered, or no checkpoint of this schema.
    """
    if not path.is_file():
        raise CheckpointError(f"{path} does not exist; expected a checkpoint.")
    try:
        with safe_open(path, framework="pt") as file:
            header = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - safe_open is no mapping
    except (SafetensorError, OSError) as error:
        raise CheckpointError(
            f"{path} cannot be read as a checkpoint: {error}. It was cut short or altered."
        ) from None
    if "facts" not in header or header.get("digest") != digest(tensors, header["facts"]):
        raise CheckpointError(
            f"{path} does not match its own digest: it was altered, or was not written by searchlight."
        )
    facts = json.loads(header["facts"])
    if facts["schema"] > SCHEMA:
        raise CheckpointError(
            f"{path} has schema {facts['schema']}, this version reads up to {SCHEMA}; update searchlight."
        )
    return Checkpoint(tensors, facts)


def load_model(model: nn.Module, path: Path) -> Checkpoint:
    """Fill a model from a checkpoint.

    Raises:
        CheckpointError: the checkpoint is of another model, or not to be read.
    """
    checkpoint = load_checkpoint(path)
    found, expected = checkpoint.group("model"), model.state_dict()
    wrong = sorted(
        name
        for name in {*found, *expected}
        if name not in found or name not in expected or found[name].shape != expected[name].shape
    )
    if wrong:
        raise CheckpointError(
            f"{path} is of another model: {len(wrong)} parameters differ, first {wrong[0]} "
            f"(expected {shape_of(expected, wrong[0])}, got {shape_of(found, wrong[0])})."
        )
    model.load_state_dict(found)
    return checkpoint


def shape_of(tensors: dict[str, Tensor], name: str) -> str:
    """The shape of a named tensor, or that there is none."""
    return str(list(tensors[name].shape)) if name in tensors else "none"
