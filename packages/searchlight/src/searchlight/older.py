"""Flat configurations of the older scripts (`model_type: attention_gru`, …), read into today's sections."""

from typing import Any

from searchlight.errors import ConfigError, nearest

NAMES = {
    "hidden_size": "model.hidden_size",
    "attention_hidden_dim": "model.attention_dim",
    "attention_dropout": "model.attention_dropout",
    "dropout": "model.dropout",
    "n_values": "tasks.n",
    "task_features": "tasks.features",
    "sequence_length": "tasks.frames",
    "match_probability": "tasks.match_rate",
    "num_train": "tasks.sequences",
    "num_val": "tasks.evaluation_sequences",
    "image_size": "stimuli.size",
    "epochs": "training.epochs",
    "num_epochs": "training.epochs",
    "batch_size": "training.batch_size",
    "lr": "training.learning_rate",
    "learning_rate": "training.learning_rate",
    "weight_decay": "training.weight_decay",
    "grad_clip": "training.clip_norm",
    "device": "training.device",
}
KIND = ("model_type", "rnn_type", "attention_mode")
"""What together named the kind of model."""

DROPPED = {
    "save_hidden": "states are always stored with a run",
    "seed": "seeds are named by --seeds",
    "num_workers": "cached feature maps need no loading workers",
    "output_dir": "runs are named after their configuration",
    "experiment_name": "runs are named after their configuration",
    "pretrained_backbone": "the backbone is named by backbone.kind and backbone.weights",
    "freeze_backbone": "the backbone is always frozen",
    "classifier_layers": "the read-out is one linear layer",
    "data_root": "stimuli are rendered; a folder of images is named by stimuli.manifest",
    "stimuli_dir": "stimuli are rendered; a folder of images is named by stimuli.manifest",
    "use_real_stimuli": "stimuli are rendered; a folder of images is named by stimuli.manifest",
    "num_test": "validation and test splits have tasks.evaluation_sequences each",
    "num_layers": "the recurrent part has one layer",
    "milestones": "the learning rate follows training.schedule",
    "gamma": "the learning rate follows training.schedule",
    "label_smoothing": "there is none",
    "no_action_loss_weight": "it is a tenth",
    "mask_trivial_steps": "accuracy is always over scored frames",
    "capture_exact_layer42_relu": "pooled features of the backbone are always stored",
}
DROPPED_STARTS = ("cache_", "save_", "visualiz")
"""Beginnings of further names that have no meaning any more."""


def is_older(document: dict[str, Any]) -> bool:
    """Whether a document is flat, as the older scripts wrote it."""
    return "system" not in document and any(name in document for name in ("model_type", "rnn_type"))


def read_older(flat: dict[str, Any], origin: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Today's document, and lines that say how each setting was read.

    Raises:
        ConfigError: a setting is known neither to today's configuration nor to the older one.
    """
    document: dict[str, Any] = {"system": "working_memory", "model": {"kind": kind_of(flat)}}
    read = [
        f"{' and '.join(name for name in KIND if name in flat)} as model.kind {document['model']['kind']}"
    ]
    dropped = []
    for key, value in flat.items():
        if key in NAMES:
            section, name = NAMES[key].split(".")
            document.setdefault(section, {})[name] = value
            read.append(f"{key} as {NAMES[key]}")
        elif key in DROPPED or key.startswith(DROPPED_STARTS):
            dropped.append(f"{key} ({DROPPED.get(key, 'it means nothing any more')})")
        elif key not in (*KIND, "scenario"):
            known = nearest(key, NAMES)
            raise ConfigError(f"{origin}: {key} is not a setting of the older form.{known}")
    if scenario := scenario_of(flat):
        document.setdefault("tasks", {})["scenario"] = scenario
        read.append(f"scenario as tasks.scenario {scenario}")
    notes = [f"{origin} has the older flat form; read {', '.join(read)}."]
    if dropped:
        notes.append(f"Not used: {'; '.join(dropped)}.")
    return document, tuple(notes)


def kind_of(flat: dict[str, Any]) -> str:
    """The kind that `model_type`, `rnn_type` and `attention_mode` named: attention over places, or gates."""
    cell = str(flat.get("rnn_type", "gru")).lower()
    named = str(flat.get("model_type", cell)).lower()
    look = {"task_only": "gated", "dual": "dual_gated"}.get(
        str(flat.get("attention_mode", "")).lower(), "attention"
    )
    if named.startswith("attention"):
        return f"{look}_{named.removeprefix('attention').strip('_') or cell}"
    return named


def scenario_of(flat: dict[str, Any]) -> str | None:
    """Today's scenario: custom where n or features are listed, else the older name up to its first underscore."""
    if "n_values" in flat or "task_features" in flat:
        return "custom"
    named = flat.get("scenario")
    return None if named is None else str(named).lower().split("_")[0]
