"""Models by name, and what they cost."""

import sys
from dataclasses import asdict
from typing import Any

import torch
from torch import nn

from analysis import unknown
from attention_core import (
    FeatureTaskGating,
    MultiHeadTaskGuidedAttention,
    TaskGating,
    TaskGuidedAttention,
)
from working_memory.cells import CellSelfAttention
from working_memory.cognition import Cognition
from working_memory.configuration import (
    KINDS,
    LOOKS_IN_HEADS,
    SPATIAL_LOOKS,
    ModelConfig,
    foreign,
    undivided,
)
from working_memory.errors import WorkingMemoryError
from working_memory.model import (
    AttentionWorkingMemoryModel,
    Look,
    Pooling,
    WorkingMemoryModel,
)
from working_memory.recall import Recall
from working_memory.task_factors import LearnedTask

LOOKS: dict[type[nn.Module], str] = {
    Pooling: "",
    TaskGuidedAttention: "attention",
    MultiHeadTaskGuidedAttention: "multihead_attention",
    CellSelfAttention: "self_attention",
    TaskGating: "gated",
    FeatureTaskGating: "dual_gated",
}

NOT_OF_THE_MODEL = ("kind", "equal_parameters_to", "entropy_weight")


def create_model(  # noqa: PLR0913 - the settings of a model
    kind: str,
    *,
    hidden_size: int = 128,
    channels: int = 96,
    task_dim: int = 6,
    attention_dim: int = 64,
    heads: int = 1,
    attention_dropout: float = 0.0,
    dropout: float = 0.0,
    task_embedding: int | None = None,
) -> WorkingMemoryModel:
    """A model by its kind: gru, lstm or rnn, alone or as attention_gru, gated_lstm and so on.

    Raises:
        WorkingMemoryError: an unknown kind, or a setting that this kind does not have.
    """
    name, cell = _parts(kind)
    if sentence := foreign(kind, heads, attention_dropout) or undivided(kind, heads, attention_dim):
        raise WorkingMemoryError(sentence)
    told_dim = task_dim if task_embedding is None else task_embedding
    look = _look(name, channels, told_dim, attention_dim, heads, attention_dropout)
    recall = None
    if name == "temporal_attention":
        recall = Recall(hidden_size, attention_dim, heads, attention_dropout)
    made = AttentionWorkingMemoryModel if name in SPATIAL_LOOKS else WorkingMemoryModel
    learned = None if task_embedding is None else LearnedTask(task_embedding)
    return made(look, Cognition(channels, told_dim, hidden_size, cell, dropout), recall, learned)


def create_baseline_model(cell: str = "gru", **settings: Any) -> WorkingMemoryModel:
    """A model that pools each feature map and attends to nothing; settings as in `create_model`."""
    if cell in KINDS and _parts(cell)[0]:
        raise WorkingMemoryError(f"a baseline attends to nothing; expected gru, lstm or rnn, got {cell}")
    return create_model(cell, **settings)


def create_attention_model(cell: str = "gru", **settings: Any) -> AttentionWorkingMemoryModel:
    """A model with spatial attention, multi-headed for heads > 1; settings as in `create_model`."""
    look = "multihead_attention" if settings.get("heads", 1) > 1 else "attention"
    model = create_model(f"{look}_{cell}", **settings)
    assert isinstance(model, AttentionWorkingMemoryModel)
    return model


def model_from_config(config: ModelConfig, *, channels: int, task_dim: int = 6) -> WorkingMemoryModel:
    """The model that a configuration asks for, widened or narrowed where it asks for equal parameters."""
    settings = {"channels": channels, "task_dim": task_dim} | {
        name: value for name, value in asdict(config).items() if name not in NOT_OF_THE_MODEL
    }
    if config.equal_parameters_to is not None:
        settings["hidden_size"] = equal_parameter_hidden_size(
            config.kind, config.equal_parameters_to, **settings
        )
    return create_model(config.kind, **_of_kind(config.kind, settings))


def equal_parameter_hidden_size(
    kind: str, reference_kind: str, *, hidden_size: int = 128, **settings: Any
) -> int:
    """The size at which the parameters of `kind` are nearest to those of `reference_kind` at hidden_size.

    Raises:
        WorkingMemoryError: an unknown kind, or `kind` has more parameters at any size.
    """
    target = _count(reference_kind, hidden_size, settings)
    if _count(kind, 1, settings) > target:
        raise WorkingMemoryError(
            f"{kind} has more than the {target} parameters of {reference_kind} at any size; raise hidden_size"
        )
    low, high = 1, 2
    while _count(kind, high, settings) < target:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _count(kind, middle, settings) < target else (low, middle)
    return min((low, high), key=lambda size: abs(_count(kind, size, settings) - target))


def needs_map(kind: str) -> bool:
    """Whether a kind looks at places; the others give the same answers from features pooled beforehand.

    Raises:
        WorkingMemoryError: an unknown kind.
    """
    return _parts(kind)[0] in SPATIAL_LOOKS


def get_model_info(model: WorkingMemoryModel) -> dict[str, Any]:
    """What a model is and how many parameters each part of it has."""
    look, cognition = (
        LOOKS[type(model.look)] if model.recall is None else "temporal_attention",
        model.cognition,
    )
    return {
        "kind": f"{look}_{cognition.cell}" if look else cognition.cell,
        "num_parameters": _parameters(model),
        "trainable": sum(p.numel() for p in model.parameters() if p.requires_grad),
        "hidden_size": cognition.hidden_size,
        "channels": cognition.input_dim,
        "task_dim": model.task_dim,
        "attention": look in SPATIAL_LOOKS,
        "parts": {name: _parameters(part) for name, part in model.named_children()},
    }


def model_summary(model: WorkingMemoryModel) -> str:
    """What `get_model_info` tells, one line each."""
    info = get_model_info(model)
    parts = info.pop("parts")
    lines = [f"{name:<16} {value:>12}" for name, value in info.items()]
    return "\n".join(lines + [f"  {name:<14} {count:>12}" for name, count in parts.items()])


def print_model_summary(model: WorkingMemoryModel) -> None:
    """Print `model_summary`."""
    sys.stdout.write(model_summary(model) + "\n")


def _parts(kind: str) -> tuple[str, str]:
    if kind not in KINDS:
        raise WorkingMemoryError(unknown("kind of model", kind, KINDS))
    look, _, cell = kind.rpartition("_")
    return look, cell


def _look(name: str, channels: int, task_dim: int, dim: int, heads: int, dropout: float) -> Look:
    def guided() -> TaskGuidedAttention:
        return TaskGuidedAttention(channels, task_dim, dim, dropout)

    made = {
        "": lambda: Pooling(),
        "attention": guided,
        "temporal_attention": guided,
        "self_attention": lambda: CellSelfAttention(channels, task_dim, dim, heads, dropout),
        "multihead_attention": lambda: MultiHeadTaskGuidedAttention(channels, task_dim, dim, heads, dropout),
        "gated": lambda: TaskGating(channels, task_dim, dim),
        "dual_gated": lambda: FeatureTaskGating(channels, task_dim, dim),
    }
    return made[name]()


def _of_kind(kind: str, settings: dict[str, Any]) -> dict[str, Any]:
    """Settings without those that only the kind it is compared with has."""
    look, _ = _parts(kind)
    foreign = set() if look in LOOKS_IN_HEADS else {"heads"}
    if look not in SPATIAL_LOOKS:
        foreign.add("attention_dropout")
    return {name: value for name, value in settings.items() if name not in foreign}


def _count(kind: str, hidden_size: int, settings: dict[str, Any]) -> int:
    with torch.device("meta"):
        return _parameters(create_model(kind, **(_of_kind(kind, settings) | {"hidden_size": hidden_size})))


def _parameters(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())
